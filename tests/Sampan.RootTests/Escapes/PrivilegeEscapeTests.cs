using Sampan.Oci;
using Sampan.RootTests.Conformance;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Escapes;

/// <summary>Rights that a container must not have got, and values that must not mean what they seem to.</summary>
public sealed class PrivilegeEscapeTests : EscapeTest
{
    /// <summary>Also CVE-2022-24769: inheritable capabilities.</summary>
    [Fact]
    public void CVE_2022_29162_nothing_is_inheritable()
    {
        Action<Spec> some = s => s.Allow("CAP_CHOWN", "CAP_KILL");
        Assert.Equal("0000000000000000", See(some)["cap.inheritable"]);
        string id = Start(some);
        Assert.Equal("0000000000000000", Report.Parse(Runtime.Run("exec", "--cap", "CAP_CHOWN", id, "/witness").Succeeds().Stdout)["cap.inheritable"]);
    }

    /// <summary>More mappings than a message of a fixed length holds.</summary>
    [Fact]
    public void CVE_2021_43784_six_thousand_mappings()
    {
        Bundle bundle = NewBundle(s =>
        {
            BaseSpec.InUserNamespace(s);
            s.Linux!.UidMappings = [.. Enumerable.Range(0, 6000).Select(i => new LinuxIdMapping { ContainerID = (uint)i, HostID = (uint)(100000 + i * 2), Size = 1 })];
        });
        CommandResult result = Run(bundle);
        if (result.ExitCode != 0)
            result.Fails("uidMappings");                     // the kernel takes 340 lines
        else
            Assert.Equal(6000, Report.Parse(result.Stdout).All("uid_map").Count);
    }

    [Fact]
    public void CVE_2023_25809_the_cgroup_file_system_is_read_only_without_a_namespace_of_its_own()
    {
        // On v1 the directory itself is a tmpfs of the container's.
        string attempt = Machine.CgroupV1("pids") != null ? "mkdir=/sys/fs/cgroup/pids/inner" : "mkdir=/sys/fs/cgroup/inner";
        Report report = See(s =>
        {
            s.Linux!.Namespaces!.RemoveAll(n => n.Type == "cgroup");
            s.Mounts!.Add(new Mount { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev"] });
        }, attempt);
        Assert.Contains(report[attempt], (string[])["EROFS", "ENOENT"]);
    }

    /// <summary>GHSA-g54h: a list of devices that does not begin with a denial.</summary>
    [Fact]
    public void GHSA_g54h_devices_are_denied_by_default()
    {
        Machine.RequireDeviceRules();
        foreach (var list in (List<LinuxDeviceCgroup>?[])[null, [], [new LinuxDeviceCgroup { Allow = true, Type = "c", Major = 10, Minor = 229, Access = "rwm" }]])
        {
            Bundle bundle = NewBundle(s =>
            {
                s.Allow("CAP_MKNOD");
                s.Linux!.Resources!.Devices = list;
            }, "read=/etc/device", "mknod=/tmp/device:c:240:7", "read=/tmp/device");
            // Of a number that no driver has: it is the cgroup that says EPERM, before anybody looks for one.
            Host("mknod", Path.Combine(bundle.Rootfs, "etc/device"), "c", "240", "7").Succeeds();
            Report report = Report.Parse(Run(bundle).Succeeds().Stdout);
            Assert.Equal("EPERM", report["read=/etc/device"]);
            Assert.Contains(report["read=/tmp/device"], (string[])["EPERM", "ENOENT"]);
        }
    }

    /// <summary>Also CVE-2024-40635 and CVE-2026-46680: ids at the edges of 32 bits.</summary>
    [Theory]
    [InlineData("-1")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    [InlineData("18446744073709551616")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("\"0\"")]
    public void CVE_2026_30892_ids_at_the_edges(string id)
    {
        foreach (string field in (string[])["uid", "gid"])
        {
            Bundle bundle = NewBundle();
            string config = Path.Combine(bundle.Path, "config.json"), text = File.ReadAllText(config);
            string changed = text.Replace($"\"{field}\": 0", $"\"{field}\": {id}", StringComparison.Ordinal);
            Assert.NotEqual(text, changed);
            File.WriteAllText(config, changed);
            Refused(bundle);
        }
        string running = Start();
        if (!id.Contains('"'))
            Assert.NotEqual(0, Runtime.Run("exec", "--user", id, running, "/witness").ExitCode);
    }

    [Fact]
    public void CVE_2022_0811_sysctls_of_the_host()
    {
        string before = File.ReadAllText("/proc/sys/kernel/core_pattern");
        Refused(s => s.Linux!.Sysctl = new() { ["kernel.core_pattern"] = "|/tmp/x" });
        Refused(s => s.Linux!.Sysctl = new() { ["kernel.shm_rmid_forced"] = "1+kernel.core_pattern=|/tmp/x", ["kernel/core_pattern"] = "|/tmp/x" });
        Refused(s => s.Linux!.Sysctl = new() { ["net/../kernel/core_pattern"] = "|/tmp/x" });
        Refused(s =>
        {
            s.Linux!.Namespaces!.RemoveAll(n => n.Type == "network");
            s.Mounts!.RemoveAll(m => m.Type == "sysfs");
            s.Linux.Sysctl = new() { ["net.ipv4.ip_forward"] = "1" };
        });
        Assert.Equal(before, File.ReadAllText("/proc/sys/kernel/core_pattern"));
    }

    /// <summary>The host's namespace has a path, too. The "host" here is a network and UTS namespace of the test's own.</summary>
    [Theory]
    [InlineData("network", "net")]
    [InlineData("uts", "uts")]
    [InlineData("ipc", "ipc")]
    public void CVE_2022_0811_sysctls_of_the_host_by_the_path_of_its_namespace(string type, string name)
    {
        Bundle bundle = NewBundle(s =>
        {
            s.Linux!.Namespaces!.Single(n => n.Type == type).Path = $"/proc/self/ns/{name}";
            s.Mounts!.RemoveAll(m => m.Type == "sysfs");
            s.Hostname = type == "uts" ? "renamed" : null;
            s.Linux.Sysctl = type switch { "network" => new() { ["net.ipv4.ip_default_ttl"] = "99" }, "ipc" => new() { ["kernel.msgmax"] = "9999" }, _ => null };
        });
        CommandResult result = Host("unshare", "--net", "--uts", "--ipc", "sh", "-c",
            $"{RuntimeCli.Program} --root {Runtime.StateRoot} run --bundle {bundle.Path} {Runtime.NewId()} > /dev/null; echo $?; hostname; cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/msgmax");
        string[] lines = result.Stdout.Split('\n');
        Assert.NotEqual("0", lines[0]);
        Assert.DoesNotContain("renamed", lines);
        Assert.DoesNotContain("99", lines);
        Assert.DoesNotContain("9999", lines);
        Assert.Contains("namespace", result.Stderr);
    }

    /// <summary>Also CVE-2022-2995: groups of the caller's, or of nobody's.</summary>
    [Fact]
    public void CVE_2022_36109_groups_are_exactly_those_of_the_configuration()
    {
        string id = Start(s => s.Process!.User = new User { Uid = 1000, Gid = 1001, AdditionalGids = [5] });
        Assert.Equal(["1001", "5"], ReportOf(id)["groups"].Split(' ').Append("1001").Distinct().Order(StringComparer.Ordinal));
        Report exec = Report.Parse(Runtime.Run("exec", "--user", "7:8", id, "/witness").Succeeds().Stdout);
        Assert.DoesNotContain("0", exec["groups"].Split(' '));
        Assert.Equal("8 8 8 8", exec["gid"]);
    }

    /// <summary>The owner of what the runtime was started with is not the container's to have.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Standard_streams_keep_their_owner(bool userNamespace)
    {
        string before = Host("stat", "-c", "%u:%g %a", "/dev/null").Succeeds().Line;
        string id = Start(s =>                                // its standard input is /dev/null, its output a file of the host's
        {
            if (userNamespace)
                BaseSpec.InUserNamespace(s);
            s.Process!.User = new User { Uid = 1000, Gid = 1000 };
        });
        ReportOf(id);
        Assert.Equal(before, Host("stat", "-c", "%u:%g %a", "/dev/null").Succeeds().Line);
        Assert.Equal("0:0", Host("stat", "-c", "%u:%g", Runtime.OutputOf(id)).Succeeds().Line);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../made")]
    [InlineData("a/b")]
    [InlineData("../../tmp/x")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData(5000)]
    public void Ids_that_are_no_names(object id)
    {
        string bundle = NewBundle().Path;
        string[] before = Directory.GetFileSystemEntries(Work);
        CommandResult result = Runtime.Run("create", "--bundle", bundle, id is int length ? new string('x', length) : (string)id);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Matches("(?i)container id\\b", result.Stderr);
        Assert.Equal(before, Directory.GetFileSystemEntries(Work).Where(path => path != Runtime.StateRoot));
        Assert.True(!Directory.Exists(Runtime.StateRoot) || Directory.GetFileSystemEntries(Runtime.StateRoot).Length == 0);
    }
}
