using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>The flags of <c>run</c> and <c>create</c>, by theme, and the request they add up to.</summary>
internal sealed class ContainerFlags
{
    private readonly BoolFlag _remove;
    private readonly BoolFlag _rootfs;
    private readonly IdentityFlags _identity;
    private readonly StreamFlags _streams;
    private readonly ProcessFlags _process;
    private readonly NamespaceFlags _namespaces;
    private readonly ResourceFlags _resources;
    private readonly SecurityFlags _security;
    private readonly MountFlags _mounts;
    private readonly LifecycleFlags _lifecycle;
    private readonly LogFlags _log;
    private readonly HealthFlags _health;
    private readonly LegacyFlags _legacy;

    public ContainerFlags(FlagSet flags)
    {
        _remove = flags.Bool("rm", '\0', "Remove the container and its anonymous volumes when it exits");
        _rootfs = flags.Bool("rootfs", '\0', "The first argument is not an image but a directory that is the container's root: DIR, or DIR:O for an overlay over it that is thrown away");
        _identity = new IdentityFlags(flags);
        _streams = new StreamFlags(flags);
        _process = new ProcessFlags(flags);
        _namespaces = new NamespaceFlags(flags);
        _resources = new ResourceFlags(flags);
        _security = new SecurityFlags(flags);
        _mounts = new MountFlags(flags);
        _lifecycle = new LifecycleFlags(flags);
        _log = new LogFlags(flags);
        _health = new HealthFlags(flags);
        _legacy = new LegacyFlags(flags);
    }

    /// <summary>What the engine is to make.</summary>
    /// <param name="arguments">Image, then command and arguments.</param>
    /// <param name="host">Of this process: for <c>-e NAME</c>, env files, relative paths.</param>
    /// <param name="detached">None of the container's streams is ours.</param>
    /// <param name="warn">Told of flags that have no effect.</param>
    /// <exception cref="FlagException">A value that makes no sense.</exception>
    public CreateRequest Request(List<string> arguments, HostView host, bool detached, Action<string> warn)
    {
        var config = new ContainerSettings { Image = arguments[0], Cmd = arguments.Count > 1 ? arguments[1..] : null };
        var hostConfig = new HostConfig { AutoRemove = _remove.Value };
        _process.Apply(config, host);
        _streams.Apply(config, detached);
        _identity.Apply(config, hostConfig, host);
        _namespaces.Apply(config, hostConfig);
        _resources.Apply(hostConfig, warn);
        _security.Apply(hostConfig, host);
        _mounts.Apply(hostConfig, host);
        _lifecycle.Apply(config, hostConfig);
        _log.Apply(hostConfig);
        _health.Apply(config);
        _legacy.Apply(hostConfig, warn);
        return new CreateRequest
        {
            Name = _identity.Name, Replace = _identity.Replace, Config = config, HostConfig = hostConfig,
            Rootfs = !_rootfs.Value ? null : arguments[0].StartsWith('/') ? arguments[0] : $"{host.CurrentDirectory}/{arguments[0]}",
        };
    }
}
