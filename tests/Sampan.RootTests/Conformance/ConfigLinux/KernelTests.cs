using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.ConfigLinux;

/// <summary>config-linux.md, "Sysctl", "Rootfs Mount Propagation", "Masked Paths", "Readonly Paths", "Personality" and "Memory policy".</summary>
public sealed class KernelTests : ConformanceTest
{
    [Fact]
    public void Sysctls()
    {
        string before = File.ReadAllText("/proc/sys/kernel/shmmni");
        string[] read = ["read=/proc/sys/net/ipv4/ip_forward", "read=/proc/sys/kernel/shmmni", "read=/proc/sys/fs/mqueue/msg_max"];
        Report report = See(s => s.Linux!.Sysctl = new() { ["net.ipv4.ip_forward"] = "1", ["kernel.shmmni"] = "123", ["fs.mqueue.msg_max"] = "77" }, read);
        Assert.Equal(["1\n", "123\n", "77\n"], read.Select(r => report[r]));
        Assert.Equal(before, File.ReadAllText("/proc/sys/kernel/shmmni"));
        Refused(s => s.Linux!.Sysctl = new() { ["kernel.no_such_knob"] = "1" });
        Refused(s => s.Linux!.Sysctl = new() { ["net.ipv4.ip_forward"] = "not a number" });
    }

    [Fact]
    public void Propagation_of_the_root()
    {
        foreach (var (name, peers) in new[] { ("private", "^$"), ("rprivate", "^$"), ("slave", "^(master:[0-9]+( propagate_from:[0-9]+)?)?$"), ("shared", "^shared:[0-9]+$"), ("unbindable", "^unbindable$") })
            Assert.Matches(peers, string.Join(' ', See(s => s.Linux!.RootfsPropagation = name).Mount("/").Peers));
        Refused(s => s.Linux!.RootfsPropagation = "no-such");
    }

    [Fact]
    public void Masked_paths_cannot_be_read()
    {
        string[] attempts = ["read=/etc/file", "list=/etc/dir", "list=/sys", "read=/proc/version", "stat=/etc/dir", "create=/etc/dir/x", "read=/etc/other"];
        Bundle bundle = NewBundle(s => s.Linux!.MaskedPaths = ["/etc/file", "/etc/dir", "/sys", "/proc/version", "/no/such/path", "/proc/no-such-file"], attempts);
        File.WriteAllText(Path.Combine(bundle.Rootfs, "etc/dir/secret"), "");
        File.WriteAllText(Path.Combine(bundle.Rootfs, "etc/other"), "there");
        Report report = Report.Parse(Run(bundle).Succeeds().Stdout);
        Assert.Equal("", report["read=/etc/file"]);
        Assert.Equal("", report["list=/etc/dir"]);
        Assert.Equal("", report["list=/sys"]);
        Assert.Equal("", report["read=/proc/version"]);
        Assert.StartsWith("d ", report["stat=/etc/dir"]);
        Assert.Equal("EROFS", report["create=/etc/dir/x"]);
        Assert.Equal("there", report["read=/etc/other"]);
    }

    [Fact]
    public void Read_only_paths()
    {
        string[] attempts = ["write=/etc/file", "create=/etc/dir/x", "write=/proc/sys/kernel/domainname", "write=/proc/self/comm", "read=/etc/file", "create=/tmp/x"];
        Report report = See(s => s.Linux!.ReadonlyPaths = ["/etc/file", "/etc/dir", "/proc/sys", "/no/such/path"], attempts);
        Assert.Equal(["EROFS", "EROFS", "EROFS", "ok", "of the image", "ok"], attempts.Select(a => report[a]));
        Assert.Contains("nosuid", See(s =>
        {
            s.Mounts!.Single(m => m.Type == "proc").Options = ["nosuid", "nodev", "noexec"];
            s.Linux!.ReadonlyPaths = ["/proc/sys"];
        }).Mount("/proc/sys").Options);                     // what the mount had is kept
    }

    /// <summary>"The values MUST be absolute paths in the container namespace."</summary>
    [Fact]
    public void Relative_paths_are_errors()
    {
        Refused(s => s.Linux!.MaskedPaths = ["etc/file"]);
        Refused(s => s.Linux!.ReadonlyPaths = ["etc/file"]);
    }

    /// <summary>A namespace named by its path may be the runtime's own, and with it the host's.</summary>
    [Theory]
    [InlineData("network", "net", "net.ipv4.ip_forward")]
    [InlineData("ipc", "ipc", "kernel.shmmni")]
    public void A_sysctl_of_the_runtimes_own_namespace_is_an_error(string type, string file, string name)
        => Refused(s =>
        {
            s.Linux!.Namespaces!.Single(n => n.Type == type).Path = $"/proc/{Environment.ProcessId}/ns/{file}";
            s.Linux.Sysctl = new() { [name] = File.ReadAllText("/proc/sys/" + name.Replace('.', '/')).Trim() };
        });

    [Fact]
    public void The_personality()
    {
        Assert.Equal("00000008", See(s => s.Linux!.Personality = new LinuxPersonality { Domain = "LINUX32" })["personality"]);
        Assert.Equal("i686", See(s => s.Linux!.Personality = new LinuxPersonality { Domain = "LINUX32" })["machine"]);
        Assert.Equal("00000000", See(s => s.Linux!.Personality = new LinuxPersonality { Domain = "LINUX" })["personality"]);
        Refused(s => s.Linux!.Personality = new LinuxPersonality { Domain = "PLAN9" });
    }

    [Fact]
    public void The_memory_policy()
    {
        Assert.Equal("mode 2 nodes 1", See(s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_BIND", Nodes = "0" })["mempolicy"]);
        Assert.Equal("mode 3 nodes 1", See(s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_INTERLEAVE", Nodes = "0", Flags = ["MPOL_F_STATIC_NODES"] })["mempolicy"]);
        Assert.StartsWith("mode 0 ", See(s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_DEFAULT" })["mempolicy"]);
        Refused(s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_NOSUCH" });
        Refused(s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_BIND" });
        Refused(s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_BIND", Nodes = "0", Flags = ["MPOL_F_NOSUCH"] });
    }
}
