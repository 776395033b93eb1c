using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>Flags of Docker's that mean nothing here, or something that there is not: the former are said and passed over, the latter refused.</summary>
internal sealed class LegacyFlags(FlagSet flags)
{
    private readonly TextFlag _isolation = flags.Text("isolation", '\0', "Container isolation technology: default");
    private readonly ListFlag _link = flags.List("link", '\0', "Add link to another container (ignored)");
    private readonly BoolFlag _trust = flags.Add(new BoolFlag("disable-content-trust", '\0', "Skip image verification (ignored)") { Initial = true, DefaultText = "true" });
    private readonly TextFlag _gpus = flags.Text("gpus", '\0', "GPU devices to add to the container (not supported)");
    private readonly BoolFlag _socket = flags.Bool("use-api-socket", '\0', "Bind mount the API socket and credentials (not supported)");
    private readonly ListFlag _storage = flags.List("storage-opt", '\0', "Storage driver options for the container (not supported)");
    private readonly TextFlag _runtime = flags.Text("runtime", '\0', "Runtime to use for this container: sampan-runtime");
    private readonly Flag[] _windows =
    [
        flags.Text("cpu-count", '\0', "CPU count (Windows only)"), flags.Text("cpu-percent", '\0', "CPU percent (Windows only)"),
        flags.Text("io-maxbandwidth", '\0', "Maximum IO bandwidth limit for the system drive (Windows only)"), flags.Text("io-maxiops", '\0', "Maximum IOps limit for the system drive (Windows only)"),
    ];

    /// <param name="warn">Told of what has no effect.</param>
    /// <exception cref="SampanException">Unsupported: a container without it would not be what was asked for.</exception>
    public void Apply(HostConfig host, Action<string> warn)
    {
        host.Isolation = string.IsNullOrEmpty(_isolation.Value) ? null : _isolation.Value;
        foreach (var flag in _windows)
            if (flag.IsSet)
                warn($"--{flag.Name} is ignored: it is for Windows");
        if (_link.Values.Count > 0)
            warn("--link is ignored: it is Docker's old way to name another container; containers that are to find each other can share a network (--network container:NAME)");
        if (_trust.IsSet)
            warn("--disable-content-trust is ignored: Docker's content trust is not supported");
        if (_gpus.Value is { Length: > 0 } gpus)
            throw Refused($"--gpus {gpus}: vendors' GPU tools are not supported: give the container its devices (--device) and libraries (-v)");
        if (_socket.Value)
            throw Refused("--use-api-socket: there is no API socket: sampan works without a daemon");
        if (_storage.Values.Count > 0)
            throw Refused($"--storage-opt {_storage.Values[0]}: the size of a container's layer cannot be limited; --read-only, --tmpfs and volumes can keep it small");
        host.Runtime = Runtime(_runtime.Value);
    }

    /// <summary>The launcher is also the container's monitor, so another OCI runtime cannot stand in for it.</summary>
    private static string? Runtime(string? name) => name switch
    {
        null or "" or OwnRuntime => OwnRuntime,
        _ => throw Refused($"--runtime {name}: only {OwnRuntime} launches containers here, for it stays as their monitor; other runtimes run under podman, containerd or Docker"),
    };

    private const string OwnRuntime = "sampan-runtime";

    private static SampanException Refused(string message) => new(ErrorKind.Unsupported, message);
}
