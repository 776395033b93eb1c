using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config-linux.md, "Control groups", as the kernel's own files show them, on v1, v2 and hybrid hosts.</summary>
[DiffersByHost]
public sealed class CgroupTests : RootTest
{
    private const string MiB64 = "67108864";

    [Fact]
    public void Memory_limit_and_its_death()
    {
        Machine.RequireController("memory");
        string id = Runtime.RunDetached(change: s => Limit(s).Memory = new LinuxMemory { Limit = 64 << 20 });
        Assert.Equal(MiB64, ReadOne(id, "memory", "memory.limit_in_bytes", "memory.max"));
        // tail keeps what has no line end in memory.
        Runtime.Run("exec", id, "sh", "-c", "head -c 200m /dev/zero | tail >/dev/null; exit ${PIPESTATUS:-$?}").ExitsWith(137);
    }

    [Fact]
    public void Pids_limit()
    {
        Machine.RequireController("pids");
        string id = Runtime.RunDetached(change: s => Limit(s).Pids = new LinuxPids { Limit = 7 });
        Assert.Equal("7", ReadOne(id, "pids", "pids.max", "pids.max"));
        CommandResult result = Runtime.Run("exec", id, "sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do sleep 5 >/dev/null 2>&1 & done");
        Assert.Contains("can't fork", result.Stderr);
    }

    [Fact]
    public void Cpu_shares_and_quota()
    {
        Machine.RequireController("cpu");
        string id = Runtime.RunDetached(change: s => Limit(s).Cpu = new LinuxCpu { Shares = 512, Quota = 50000, Period = 100000 });
        if (Machine.CgroupV1("cpu") != null)
        {
            Assert.Equal("512", ReadOne(id, "cpu", "cpu.shares", ""));
            Assert.Equal("50000", ReadOne(id, "cpu", "cpu.cfs_quota_us", ""));
            Assert.Equal("100000", ReadOne(id, "cpu", "cpu.cfs_period_us", ""));
        }
        else
        {
            Assert.Equal("50000 100000", ReadOne(id, "cpu", "", "cpu.max"));
        }
    }

    [Fact]
    public void Cpuset()
    {
        Machine.RequireController("cpuset");
        string id = Runtime.RunDetached(change: s => Limit(s).Cpu = new LinuxCpu { Cpus = "0" });
        Assert.Equal("0", ReadOne(id, "cpuset", "cpuset.cpus", "cpuset.cpus"));
        Assert.Matches(@"Cpus_allowed_list:\s*0\n", Runtime.Run("exec", id, "cat", "/proc/self/status").Succeeds().Stdout);
    }

    [Fact]
    public void Devices_not_allowed_are_refused()
    {
        Machine.RequireDeviceRules();
        CommandResult result = Runtime.Shell("mknod /tmp/mem c 1 1; cat /tmp/mem | head -c 1; head -c 1 /dev/zero >/dev/null && echo zero", s =>
            s.Process!.Capabilities = new LinuxCapabilities { Bounding = ["CAP_MKNOD"], Effective = ["CAP_MKNOD"], Permitted = ["CAP_MKNOD"] });
        Assert.Contains("Operation not permitted", result.Stderr);
        Assert.Equal("zero", result.Line);
    }

    [Fact]
    public void The_group_is_where_the_spec_puts_it_and_goes_with_the_container()
    {
        Machine.RequireController("pids");
        string path = $"/{Token}/inner";
        string id = Runtime.RunDetached(change: s => s.Linux!.CgroupsPath = path);
        string[] groups = [.. Machine.CgroupMounts.Select(m => m + path).Where(Directory.Exists)];
        Assert.NotEmpty(groups);
        Assert.Contains(groups, g => File.ReadAllText(Path.Combine(g, "cgroup.procs")).Split('\n').Contains(Runtime.State(id).Pid.ToString()));
        Runtime.Run("delete", "--force", id).Succeeds();
        Assert.DoesNotContain(groups, Directory.Exists);
        foreach (string parent in Machine.CgroupMounts.Select(m => $"{m}/{Token}").Where(Directory.Exists))
            Directory.Delete(parent);                          // the parent is the caller's
    }

    /// <summary>CVE-2023-25809: without a cgroup namespace the files are the host's.</summary>
    [Theory]
    [InlineData(false, "Read-only file system")]
    [InlineData(true, "")]
    public void The_hosts_files_are_writable_only_for_who_may_mount_anyway(bool mayMount, string words)
    {
        string directory = Machine.CgroupV1("pids") != null ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup";
        CommandResult result = Runtime.Shell($"mkdir {directory}/inner && rmdir {directory}/inner", s =>
        {
            s.Linux!.Namespaces!.RemoveAll(n => n.Type == "cgroup");
            s.Mounts!.RemoveAll(m => m.Destination == "/sys/fs/cgroup");
            s.Mounts.Add(new Mount { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev"] });
            if (mayMount)
                foreach (var set in new[] { s.Process!.Capabilities!.Bounding!, s.Process.Capabilities.Permitted!, s.Process.Capabilities.Effective! })
                    set.Add("CAP_SYS_ADMIN");
        });
        Assert.Equal(mayMount ? 0 : 1, result.ExitCode);
        Assert.Contains(words, result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Inside_the_group_is_the_root_of_a_cgroup_namespace()
        => Assert.All(Runtime.Shell("cat /proc/self/cgroup", s =>
        {
            if (s.Linux!.Namespaces!.All(n => n.Type != "cgroup"))
                s.Linux.Namespaces!.Add(new LinuxNamespace { Type = "cgroup" });
        }).Succeeds().Lines, l => Assert.EndsWith(":/", l));

    [Fact]
    public void A_limit_the_kernel_refuses_is_named()
    {
        Machine.RequireController("cpuset");
        Runtime.Shell("true", s => Limit(s).Cpu = new LinuxCpu { Cpus = "4000" }).Fails("cpuset");
    }

    private static LinuxResources Limit(Spec spec) => spec.Linux!.Resources ??= new LinuxResources();

    /// <summary>A file of the container's group, from whichever hierarchy has the controller.</summary>
    private string ReadOne(string id, string controller, string v1, string v2) => Machine.CgroupFile(Runtime.State(id).Pid!.Value, controller, v1, v2);
}
