namespace Sampan.RootTests.Peers;

/// <summary>dockerd, which starts a containerd of its own, and the command docker.</summary>
public sealed class Docker : Peer
{
    public Docker() : base("docker", "docker", "dockerd", "containerd", "tini")
    {
        if (!IsHere)
            return;
        // No bridge and no firewall rules: networks are not what is tested here.
        string config = Room.Write("daemon.json", $$"""
            {
              "runtimes": { "sampan": { "path": "{{Runtime}}" } },
              "default-runtime": "sampan",
              "bridge": "none", "iptables": false, "ip6tables": false, "ip-forward": false, "ip-masq": false, "userland-proxy": false,
              "exec-opts": ["native.cgroupdriver=cgroupfs"], "cgroup-parent": "/{{Room.Token}}",
              "storage-driver": "overlay2",
              "default-ulimits": { "nofile": { "Name": "nofile", "Soft": 1024, "Hard": 4096 } }
            }
            """);
        StartDaemon("API listen on", "dockerd", "--config-file", config);
        Run("load", "--quiet", "--input", BusyboxArchive.Write(Room)).Succeeds();
        Room.Furnished();
    }

    private protected override string[] Program => ["docker"];

    internal override void RemoveContainers()
    {
        if (Ids("ps", "--all", "--quiet") is { Length: > 0 } ids)
            Run(["rm", "--force", "--volumes", .. ids]).Succeeds();
    }
}

[CollectionDefinition(nameof(Docker))]
public sealed class DockerCollection : ICollectionFixture<Docker>;
