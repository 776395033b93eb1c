using System.Text;
using Xunit;

namespace Sampan.Cgroups.Tests;

public sealed class HostTests
{
    private const string HybridMounts = """
        24 1 0:22 / /sys rw,nosuid shared:7 - sysfs sysfs rw
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        90 31 0:40 / /mnt/memory\040again rw - cgroup cgroup rw,memory
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct
        34 31 0:40 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw

        """;

    private const string HybridOwn = """
        3:cpu,cpuacct:/
        2:memory:/user.slice/a:b
        1:name=systemd:/user.slice
        0::/user.slice

        """;

    internal static CgroupHost Host(string own, string mounts)
        => CgroupHost.From(ProcCgroup.Parse(Encoding.UTF8.GetBytes(own)), CgroupMount.Parse(Encoding.UTF8.GetBytes(mounts)));

    internal static CgroupHost Hybrid => Host(HybridOwn, HybridMounts);

    internal static CgroupHost V2(string own = "/user.slice/session") => Host($"0::{own}\n", "30 24 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n");

    [Fact]
    public void HybridHasControllersOnV1AndTheUnifiedHierarchyLast()
    {
        var host = Hybrid;
        Assert.Equal(CgroupMode.Hybrid, host.Mode);
        Assert.Equal(["cpu,cpuacct /sys/fs/cgroup/cpu,cpuacct", "memory /sys/fs/cgroup/memory", "name=systemd /sys/fs/cgroup/systemd", " /sys/fs/cgroup/unified"],
            host.Hierarchies.Select(h => $"{h.Controllers} {h.MountPoint}"));
        Assert.Same(host.V1("cpu"), host.V1("cpuacct"));
        Assert.Null(host.V1("pids"));
        Assert.True(host.Unified!.IsV2);
    }

    [Fact]
    public void APathMayHoldColons() => Assert.Equal("/user.slice/a:b", Hybrid.V1("memory")!.OwnPath);

    [Fact]
    public void MountsElsewhereServeWhenThereIsNoneAtTheUsualPlace()
        => Assert.Equal("/mnt/memory again", Host("2:memory:/\n", "90 31 0:40 / /mnt/memory\\040again rw - cgroup cgroup rw,memory\n").V1("memory")!.MountPoint);

    [Fact]
    public void AControllerWhoseNameContainsAnotherIsNotTakenForIt()
        => Assert.Null(Host("2:cpu:/\n", "1 1 0:1 / /sys/fs/cgroup/x rw - cgroup cgroup rw,cpuset,cpuacct\n").V1("cpu"));

    [Fact]
    public void ModesAreTold()
    {
        Assert.Equal(CgroupMode.V2, V2().Mode);
        Assert.Equal(CgroupMode.V1, Host("2:memory:/\n0::/\n", "1 1 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n").Mode);
        Assert.Equal(CgroupMode.None, Host("0::/\n", "").Mode);
    }

    [Theory]
    [InlineData("/", "/", "/m")]
    [InlineData("/", "/a/b", "/m/a/b")]
    [InlineData("/docker/1", "/docker/1", "/m")]
    [InlineData("/docker/1", "/docker/1/sub", "/m/sub")]
    [InlineData("/docker/1", "/docker/10", "/m/docker/10")]
    public void AContainersMountHidesTheBeginningOfItsPaths(string root, string own, string expected)
        => Assert.Equal(expected, new CgroupHierarchy("memory", "/m", root, own).OwnDirectory);

    [Fact]
    public void PathsAreBelowTheMountPointOrTheOwnCgroup()
    {
        var memory = Hybrid.V1("memory")!;
        Assert.Equal("/sys/fs/cgroup/memory/a/b", CgroupPath.Directory(memory, "/a//./b/"));
        Assert.Equal("/sys/fs/cgroup/memory/user.slice/a:b/box", CgroupPath.Directory(memory, "box"));
        Assert.Equal("/sys/fs/cgroup/user.slice/box", CgroupPath.Directory(V2().Unified!, "box"));
        Assert.Equal("/sys/fs/cgroup/box", CgroupPath.Directory(V2("/").Unified!, "box"));
        Assert.Equal("/sys/fs/cgroup/box", CgroupPath.Directory(V2("/init").Unified!, "box"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/..")]
    [InlineData("../x")]
    [InlineData("/a/../../x")]
    [InlineData("/a\nb")]
    public void PathsThatClimbOrNameNothingAreRefused(string path)
    {
        var e = Assert.Throws<SampanException>(() => CgroupPath.Directory(V2().Unified!, path));
        Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
        Assert.StartsWith("linux.cgroupsPath: ", e.Message);
        Assert.DoesNotContain('\n', e.Message.Replace("a\nb", ""));
    }

    [Fact]
    public void NeededHierarchiesAreThoseThatEnforceAccountOrAreAskedFor()
    {
        var host = Host("5:freezer:/\n4:cpuset:/\n3:cpu:/\n2:devices:/\n0::/\n", """
            1 1 0:1 / /c/freezer rw - cgroup cgroup rw,freezer
            1 1 0:2 / /c/cpuset rw - cgroup cgroup rw,cpuset
            1 1 0:3 / /c/cpu rw - cgroup cgroup rw,cpu
            1 1 0:4 / /c/devices rw - cgroup cgroup rw,devices
            1 1 0:5 / /c/unified rw - cgroup2 cgroup2 rw

            """);
        Assert.Equal(["cpu", "devices", ""], Cgroup.At(host, "/x", null).Paths.Keys);
        Assert.Equal(["cpuset", "cpu", "devices", ""], Cgroup.At(host, "/x", new() { Cpu = new() { Cpus = "0" } }).Paths.Keys);
        Assert.Equal(["freezer", "cpuset", "cpu", "devices", ""], Cgroup.At(host, "/x", null, CgroupScope.All).Paths.Keys);
        Assert.Equal("/c/cpu/x", Cgroup.At(host, "/x", null).Paths["cpu"]);
    }
}
