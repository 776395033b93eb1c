using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>The flags of <c>run</c> and <c>create</c>, by theme, and the request they add up to.</summary>
internal sealed class ContainerFlags
{
    private readonly TextFlag _name;
    private readonly BoolFlag _remove;
    private readonly ProcessFlags _process;
    private readonly NamespaceFlags _namespaces;
    private readonly ResourceFlags _resources;
    private readonly SecurityFlags _security;
    private readonly MountFlags _mounts;
    private readonly LifecycleFlags _lifecycle;
    private readonly LogFlags _log;
    private readonly HealthFlags _health;

    public ContainerFlags(FlagSet flags)
    {
        _name = flags.Add(new TextFlag("name", '\0', "Assign a name to the container") { OneDash = ["name"] });
        _remove = flags.Bool("rm", '\0', "Remove the container and its anonymous volumes when it exits");
        _process = new ProcessFlags(flags);
        _namespaces = new NamespaceFlags(flags);
        _resources = new ResourceFlags(flags);
        _security = new SecurityFlags(flags);
        _mounts = new MountFlags(flags);
        _lifecycle = new LifecycleFlags(flags);
        _log = new LogFlags(flags);
        _health = new HealthFlags(flags);
    }

    public bool Interactive => _process.Interactive;

    public bool Tty => _process.Tty;

    public bool Remove => _remove.Value;

    /// <summary>What the engine is to make.</summary>
    /// <param name="arguments">Image, then command and arguments.</param>
    /// <param name="host">Of this process: for <c>-e NAME</c>, env files, relative paths.</param>
    /// <exception cref="FlagException">A value that makes no sense.</exception>
    public CreateRequest Request(List<string> arguments, HostView host)
    {
        var config = new ContainerSettings { Image = arguments[0], Cmd = arguments.Count > 1 ? arguments[1..] : null };
        var hostConfig = new HostConfig { AutoRemove = _remove.Value };
        _process.Apply(config, host);
        _namespaces.Apply(config, hostConfig);
        _resources.Apply(hostConfig);
        _security.Apply(hostConfig, host);
        _mounts.Apply(hostConfig, host);
        _lifecycle.Apply(config, hostConfig);
        _log.Apply(hostConfig);
        _health.Apply(config);
        return new CreateRequest { Name = _name.Value, Config = config, HostConfig = hostConfig };
    }
}
