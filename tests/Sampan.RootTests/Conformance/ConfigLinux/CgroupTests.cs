using System.Globalization;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.ConfigLinux;

/// <summary>config-linux.md, "Control groups": "Cgroups Path", "Memory", "CPU", "Block IO", "Huge page limits", "Network", "PIDs", "RDMA", "Unified"; "IntelRdt".</summary>
[DiffersByHost]
public sealed class CgroupTests : ConformanceTest
{
    [Fact]
    public void An_absolute_path_is_relative_to_the_mount_points_and_the_group_goes_with_the_container()
    {
        Machine.RequireController("pids");
        string path = $"/{Token}/inner";
        string id = Start(s => (s.Linux!.CgroupsPath, s.Linux.Resources!.Pids) = (path, new LinuxPids { Limit = 50 }));
        string group = (Machine.CgroupV1("pids") ?? Machine.CgroupV2("pids")) + path;
        Assert.Contains(Runtime.State(id).Pid.ToString(), File.ReadAllLines($"{group}/cgroup.procs"));
        Runtime.Run("delete", "--force", id).Succeeds();
        Assert.DoesNotContain(Machine.CgroupMounts, m => Directory.Exists(m + path));
        foreach (string parent in Machine.CgroupMounts.Select(m => $"{m}/{Token}").Where(Directory.Exists))
            Directory.Delete(parent);
    }

    [Fact]
    public void The_view_from_inside()
    {
        Assert.All(See().All("cgroup"), l => Assert.EndsWith(":/", l));
        Report report = See(s => s.Mounts!.Add(new Mount { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", "ro"] }), "mkdir=/sys/fs/cgroup/pids/inner", "mkdir=/sys/fs/cgroup/inner");
        Assert.Contains(report["mkdir=/sys/fs/cgroup/pids/inner"], (string[])["EROFS", "ENOENT"]);
        Assert.Equal("EROFS", report["mkdir=/sys/fs/cgroup/inner"]);
        Assert.StartsWith(Machine.CgroupV1("pids") != null ? "tmpfs" : "cgroup2", report.Mount("/sys/fs/cgroup").Type);
    }

    [Fact]
    public void Memory()
    {
        Machine.RequireController("memory");
        string id = Start(s => s.Linux!.Resources!.Memory = new LinuxMemory { Limit = 256 << 20, Reservation = 128 << 20, Swap = 384 << 20, CheckBeforeUpdate = true });
        Assert.Equal(N(256 << 20), Value(id, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal(N(128 << 20), Value(id, "memory", "memory.soft_limit_in_bytes", "memory.low"));
        if (Has(id, "memory", "memory.memsw.limit_in_bytes", "memory.swap.max"))
            Assert.Equal(N((Machine.CgroupV1("memory") != null ? 384 : 128) << 20), Value(id, "memory", "memory.memsw.limit_in_bytes", "memory.swap.max"));
        string unlimited = Start(s => s.Linux!.Resources!.Memory = new LinuxMemory { Limit = -1 });
        Assert.Equal(Value(Start(), "memory", "memory.limit_in_bytes", "memory.max", root: true), Value(unlimited, "memory", "memory.limit_in_bytes", "memory.max"));
    }

    [Fact]
    public void Memory_of_version_1()
    {
        Machine.RequireCgroupV1("memory");
        string id = Start(s => s.Linux!.Resources!.Memory = new LinuxMemory { Limit = 256 << 20, Swappiness = 7, DisableOomKiller = true, UseHierarchy = true, KernelTcp = 64 << 20 });
        Assert.Equal("7", Value(id, "memory", "memory.swappiness", ""));
        Assert.Equal(N(64 << 20), Value(id, "memory", "memory.kmem.tcp.limit_in_bytes", ""));
        Assert.Contains("oom_kill_disable 1", Value(id, "memory", "memory.oom_control", ""));
        Refused(s => s.Linux!.Resources!.Memory = new LinuxMemory { Swappiness = 1000 });
        Run(NewBundle(s => s.Linux!.Resources!.Memory = new LinuxMemory { Kernel = -1, KernelTcp = -1, Swap = -1, Limit = -1 })).Succeeds();
    }

    [Fact]
    public void Cpu()
    {
        Machine.RequireController("cpu");
        string id = Start(s => s.Linux!.Resources!.Cpu = new LinuxCpu { Shares = 512, Quota = 50000, Period = 200000, Burst = 20000 });
        if (Machine.CgroupV1("cpu") != null)
        {
            Assert.Equal("512", Value(id, "cpu", "cpu.shares", ""));
            Assert.Equal("50000", Value(id, "cpu", "cpu.cfs_quota_us", ""));
            Assert.Equal("200000", Value(id, "cpu", "cpu.cfs_period_us", ""));
        }
        else
        {
            Assert.Equal("50000 200000", Value(id, "cpu", "", "cpu.max"));
            Assert.InRange(int.Parse(Value(id, "cpu", "", "cpu.weight"), CultureInfo.InvariantCulture), 19, 60);
        }
        Assert.Equal("20000", Value(id, "cpu", "cpu.cfs_burst_us", "cpu.max.burst"));
        Assert.Equal("1", Value(Start(s => s.Linux!.Resources!.Cpu = new LinuxCpu { Idle = 1 }), "cpu", "cpu.idle", "cpu.idle"));
        Refused(s => s.Linux!.Resources!.Cpu = new LinuxCpu { Quota = 1 });
        Refused(s => s.Linux!.Resources!.Cpu = new LinuxCpu { Period = 1 });
    }

    [Fact]
    public void Real_time()
    {
        Machine.RequireController("cpu");
        Machine.RequireRealTimeToSpare();
        Action<Spec> budget = s => s.Linux!.Resources!.Cpu = new LinuxCpu { RealtimePeriod = 900_000, RealtimeRuntime = 4000 };
        if (!Machine.HasRealTimeBudgets)
        {
            Refused(budget);
            return;
        }
        string id = Start(budget);
        Assert.Equal("4000", Value(id, "cpu", "cpu.rt_runtime_us", ""));
        Assert.Equal("900000", Value(id, "cpu", "cpu.rt_period_us", ""));
    }

    [Fact]
    public void Cpus_and_memory_nodes()
    {
        Machine.RequireController("cpuset");
        string id = Start(s => s.Linux!.Resources!.Cpu = new LinuxCpu { Cpus = "0", Mems = "0" });
        Assert.Equal("0", Value(id, "cpuset", "cpuset.cpus", "cpuset.cpus"));
        Assert.Equal("0", Value(id, "cpuset", "cpuset.mems", "cpuset.mems"));
        Assert.Equal("1", ReportOf(id)["cpus"]);
        Refused(s => s.Linux!.Resources!.Cpu = new LinuxCpu { Cpus = "5000" });
        Refused(s => s.Linux!.Resources!.Cpu = new LinuxCpu { Mems = "zero" });
    }

    [Fact]
    public void Pids()
    {
        Machine.RequireController("pids");
        Assert.Equal("32", Value(Start(s => s.Linux!.Resources!.Pids = new LinuxPids { Limit = 32 }), "pids", "pids.max", "pids.max"));
        Assert.Equal("max", Value(Start(s => s.Linux!.Resources!.Pids = new LinuxPids { Limit = -1 }), "pids", "pids.max", "pids.max"));
    }

    [Fact]
    public void Block_IO()
    {
        Machine.RequireController(Machine.CgroupV1("blkio") != null ? "blkio" : "io");
        string device = File.ReadAllText(Directory.GetDirectories("/sys/block").Order().First() + "/dev").Trim();
        long[] number = [.. device.Split(':').Select(long.Parse)];
        LinuxThrottleDevice At(ulong rate) => new() { Major = number[0], Minor = number[1], Rate = rate };
        string id = Start(s => s.Linux!.Resources!.BlockIo = new LinuxBlockIo
        {
            ThrottleReadBpsDevice = [At(600000)], ThrottleWriteBpsDevice = [At(700000)], ThrottleReadIopsDevice = [At(80)], ThrottleWriteIopsDevice = [At(90)],
        });
        if (Machine.CgroupV1("blkio") != null)
        {
            Assert.Equal($"{device} 600000", Value(id, "blkio", "blkio.throttle.read_bps_device", ""));
            Assert.Equal($"{device} 700000", Value(id, "blkio", "blkio.throttle.write_bps_device", ""));
            Assert.Equal($"{device} 80", Value(id, "blkio", "blkio.throttle.read_iops_device", ""));
            Assert.Equal($"{device} 90", Value(id, "blkio", "blkio.throttle.write_iops_device", ""));
        }
        else
        {
            Assert.Equal($"{device} rbps=600000 wbps=700000 riops=80 wiops=90", Value(id, "io", "", "io.max"));
        }
    }

    /// <summary>What the specification calls required, and what cannot be together.</summary>
    [Fact]
    public void Limits_that_say_too_little_or_contradict_themselves_are_errors()
    {
        Action<LinuxResources>[] all =
        [
            r => r.BlockIo = new LinuxBlockIo { WeightDevice = [new LinuxWeightDevice { Major = 8 }] },
            r => r.Rdma = new() { ["mlx5_1"] = new LinuxRdma() },
            r => r.Cpu = new LinuxCpu { Quota = 10000, Burst = 20000 },
            r => r.Memory = new LinuxMemory { Limit = 1 << 26, Swap = 1 << 25 },
        ];
        Assert.All(all, a => Refused(s => a(s.Linux!.Resources!)));
    }

    /// <summary>"Check if the container cgroup is fit for purpose … For example, a frozen cgroup".</summary>
    [Fact]
    public void A_frozen_group_is_an_error()
    {
        Machine.RequireUnified();
        string path = $"/{Token}-frozen", id = Start(s => s.Linux!.CgroupsPath = path);
        string mount = File.ReadLines("/proc/self/mountinfo").First(l => l.Contains(" - cgroup2 ", StringComparison.Ordinal)).Split(' ')[4];
        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        File.WriteAllText($"{mount}{path}/cgroup.freeze", "1");
        Refused(s => s.Linux!.CgroupsPath = path);
        File.WriteAllText($"{mount}{path}/cgroup.freeze", "0");
        Runtime.Run("delete", id).Succeeds();
    }

    /// <summary>A controller that this host has not got.</summary>
    [Fact]
    public void Limits_that_cannot_be_had_are_errors()
    {
        Action<Spec>[] all =
        [
            s => s.Linux!.Resources!.HugepageLimits = [new LinuxHugepageLimit { PageSize = "3MB", Limit = 1 << 20 }],
            s => s.Linux!.Resources!.Rdma = new() { ["no-such-device"] = new LinuxRdma { HcaHandles = 3 } },
            s => s.Linux!.Resources!.Unified = new() { ["no.such.file"] = "1" },
            s => s.Linux!.Resources!.Unified = new() { ["../cgroup.procs"] = "1" },
            s => s.Linux!.Resources!.Network = new LinuxNetwork { Priorities = [new LinuxInterfacePriority { Name = "no-such-link", Priority = 5 }] },
            s => s.Linux!.Resources!.Pids = new LinuxPids { Limit = long.MaxValue },
        ];
        Assert.All(all, a => Refused(a));
    }

    [Fact]
    public void Unified()
    {
        Machine.RequireCgroupV2("memory");
        string id = Start(s => s.Linux!.Resources!.Unified = new() { ["cgroup.max.descendants"] = "3" });
        string mount = File.ReadLines("/proc/self/mountinfo").First(l => l.Contains(" - cgroup2 ", StringComparison.Ordinal)).Split(' ')[4];
        string group = File.ReadLines($"/proc/{Runtime.State(id).Pid}/cgroup").Single(l => l.StartsWith("0::", StringComparison.Ordinal))[3..];
        Assert.Equal("3", File.ReadAllText($"{mount}{group}/cgroup.max.descendants").Trim());
    }

    /// <summary>"If no mounted resctrl pseudo-filesystem is available in the runtime mount namespace, the runtime MUST generate an error."</summary>
    [Fact]
    public void Intel_RDT_needs_resctrl()
    {
        Machine.RequireNoResctrl();
        Refused(s => s.Linux!.IntelRdt = new LinuxIntelRdt { ClosID = "guaranteed_group", Schemata = ["L3:0=7f0;1=1f"] });
    }

    private static string N(long number) => number.ToString(CultureInfo.InvariantCulture);

    private string Value(string id, string controller, string v1, string v2, bool root = false)
        => root && Machine.CgroupV1(controller) is { } mount ? File.ReadAllText($"{mount}/{v1}").Trim() : root ? "max" : Machine.CgroupFile(Runtime.State(id).Pid!.Value, controller, v1, v2);

    private bool Has(string id, string controller, string v1, string v2)
    {
        try { return Value(id, controller, v1, v2).Length > 0; }
        catch (FileNotFoundException) { return false; }
    }
}
