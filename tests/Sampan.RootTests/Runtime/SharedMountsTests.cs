using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>
/// Containers on a host whose mounts are shared, as systemd makes them: nothing that is mounted for the container may appear on the host,
/// but for what is mounted in a volume that is to be shared. mount_namespaces(7), "SHARED SUBTREES".
/// </summary>
public sealed class SharedMountsTests : RootTest
{
    private CommandResult OnSharedHost(string script, string bundle)
        => Host("unshare", "--mount", "--propagation", "private", "sh", "-ec", $$"""
            mount --make-rshared /
            look() { cut -d' ' -f3-6 /proc/self/mountinfo; }
            run() { {{Path.Combine(Machine.Programs, "sampan-runtime")}} --root {{Runtime.StateRoot}} run --bundle {{bundle}} "$@" < /dev/null; }
            delete() { {{Path.Combine(Machine.Programs, "sampan-runtime")}} --root {{Runtime.StateRoot}} delete --force "$@"; }
            {{script}}
            """);

    [Theory]
    [InlineData("", false)]
    [InlineData("", true)]
    [InlineData("rslave", false)]
    [InlineData("shared", false)]
    [InlineData("rshared", false)]
    [InlineData("rshared", true)]
    public void The_host_sees_no_mount_of_a_container(string propagation, bool inUserNamespace)
    {
        Directory.CreateDirectory(InWork("volume/inner"));
        string bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sh", "-c", "grep -q ' /data ' /proc/self/mountinfo && test -e /proc/1 && echo up >> /data/up; sleep 1000"];
            s.Linux!.RootfsPropagation = propagation.Length == 0 ? null : propagation;
            s.Mounts!.Add(new Mount { Type = "bind", Source = Path.Combine(Work, "volume"), Destination = "/data", Options = ["rbind", "rprivate"] });
            s.Mounts.Add(new Mount { Type = "tmpfs", Source = "tmpfs", Destination = "/data/inner" });
            if (!inUserNamespace)
                return;
            s.Linux.Namespaces!.Add(new LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 0, Size = 1000 }];
            s.Linux.GidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 0, Size = 1000 }];
        }).Path;
        string id = Runtime.NewId(), work = Work;
        OnSharedHost($"""
            look > {work}/before
            run --detach {id} > {work}/out 2>&1 || cat {work}/out >&2
            for i in 1 2 3 4 5 6 7 8 9 10; do test -e {work}/volume/up || sleep 0.2; done
            look > {work}/meanwhile
            delete {id}
            look > {work}/after
            """, bundle).Succeeds();
        Assert.Equal(File.ReadAllText(Path.Combine(Work, "before")), File.ReadAllText(Path.Combine(Work, "meanwhile")));
        Assert.Equal(File.ReadAllText(Path.Combine(Work, "before")), File.ReadAllText(Path.Combine(Work, "after")));
        Assert.Equal("up\n", File.ReadAllText(Path.Combine(Work, "volume/up")));
    }

    [Theory]
    [InlineData("rshared", "rshared", true)]
    [InlineData("rslave", "rslave", false)]
    [InlineData(null, "rprivate", false)]
    public void A_mount_in_a_shared_volume_appears_on_the_host(string? root, string volume, bool seen)
    {
        Directory.CreateDirectory(InWork("volume/inner"));
        string host = Path.Combine(Work, "volume");
        string bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sh", "-c", "mount -t tmpfs inner /data/inner"];
            s.Process.Capabilities!.Bounding!.Add("CAP_SYS_ADMIN");
            s.Process.Capabilities.Permitted!.Add("CAP_SYS_ADMIN");
            s.Process.Capabilities.Effective!.Add("CAP_SYS_ADMIN");
            s.Linux!.RootfsPropagation = root;
            s.Mounts!.Add(new Mount { Type = "bind", Source = host, Destination = "/data", Options = ["rbind", volume] });
        }).Path;
        CommandResult result = OnSharedHost($"run {Runtime.NewId()}; grep -c ' {host}/inner ' /proc/self/mountinfo || true", bundle).Succeeds();
        Assert.Equal(seen ? "1" : "0", result.Line);
    }
}
