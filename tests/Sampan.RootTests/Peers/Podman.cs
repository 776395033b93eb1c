namespace Sampan.RootTests.Peers;

/// <summary>podman(1), which needs no daemon: conmon is the parent of each container.</summary>
public sealed class Podman : Peer
{
    public Podman() : base("podman", "podman", "conmon", "tini", "tini-static")
    {
        if (!IsHere)
            return;
        Room.Write("containers.conf", Configuration(Runtime, "init_path = \"/usr/bin/tini-static\"\ncgroupns = \"private\""));
        Run("load", "--input", BusyboxArchive.Write(Room)).Succeeds();
        Room.Furnished();
    }

    /// <summary>containers.conf(5), for containers of <paramref name="runtime"/>.</summary>
    /// <param name="containers">More lines of the section <c>containers</c>.</param>
    internal static string Configuration(string runtime, string containers = "") =>
        // podman's own default for RLIMIT_NOFILE is more than root may set on every machine.
        $"""
        [containers]
        default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
        {containers}
        [engine]
        cgroup_manager = "cgroupfs"
        events_logger = "file"
        runtime = "sampan-runtime"
        runtime_supports_json = ["sampan-runtime"]
        [engine.runtimes]
        sampan-runtime = ["{runtime}"]
        """;

    private protected override string[] Program => ["podman"];

    /// <summary><c>run</c> with what every container of the tests has.</summary>
    internal string[] NewContainer(string verb, params string[] arguments) => [verb, "--network", "none", "--cgroup-parent", "/" + Room.Token, .. arguments];

    internal override void RemoveContainers()
    {
        Run("pod", "rm", "--all", "--force", "--time", "0").Succeeds();
        Run("rm", "--all", "--force", "--time", "0", "--volumes").Succeeds();
    }
}

[CollectionDefinition(nameof(Podman))]
public sealed class PodmanCollection : ICollectionFixture<Podman>;
