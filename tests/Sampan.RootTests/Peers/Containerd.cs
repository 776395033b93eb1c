using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>containerd with its own client, ctr: its shim, io.containerd.runc.v2, runs the OCI runtime.</summary>
public sealed class Containerd : Peer
{
    public Containerd() : base("containerd", "containerd", "ctr", "tini")
    {
        if (!IsHere)
            return;
        string config = Room.Write("config.toml", """
            version = 2
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            """);
        StartDaemon("containerd successfully booted", "containerd", "--config", config);
        Run("image", "import", BusyboxArchive.Write(Room)).Succeeds();
        Room.Furnished();
    }

    private protected override string[] Program => ["ctr"];

    /// <summary><c>ctr run</c> of a container named <paramref name="id"/>, in a cgroup of that name.</summary>
    internal string[] NewContainer(string id, string[] options, params string[] command)
        => ["run", "--runc-binary", Runtime, "--cgroup", $"/{Room.Token}/{id}", .. options, BusyboxArchive.Name, id, .. command];

    internal override void RemoveContainers()
    {
        foreach (string id in Ids("task", "list", "--quiet"))
        {
            Run("task", "kill", "--all", "--signal", "SIGKILL", id);
            Run("task", "delete", "--force", id).Succeeds();
        }
        foreach (string id in Ids("container", "list", "--quiet"))
            Run("container", "delete", id).Succeeds();
    }

    /// <summary>A file of a container's cgroup, as the host sees it.</summary>
    internal string CgroupFile(string id, string controller, string v1, string v2)
        => File.ReadAllText(Machine.CgroupV1(controller) is { } old ? $"{old}/{Room.Token}/{id}/{v1}" : $"{Machine.CgroupV2(controller)}/{Room.Token}/{id}/{v2}").Trim();
}

[CollectionDefinition(nameof(Containerd))]
public sealed class ContainerdCollection : ICollectionFixture<Containerd>;
