using Sampan.Cgroups;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Cgroups;

[DiffersByHost]
public sealed class CreateTests : CgroupTest
{
    [Fact]
    public void The_probe_agrees_with_the_kernel()
    {
        Assert.NotEqual(CgroupMode.None, Probed.Mode);
        foreach (var hierarchy in Probed.Hierarchies)
        {
            Assert.True(File.Exists($"{hierarchy.OwnDirectory}/cgroup.procs"), hierarchy.OwnDirectory);
            Assert.Contains($"{Environment.ProcessId}", File.ReadAllLines($"{hierarchy.OwnDirectory}/cgroup.procs"));
        }
    }

    [Fact]
    public void A_process_joins_by_itself_and_is_limited_everywhere()
    {
        var cgroup = Create(new()
        {
            Memory = new() { Limit = 64 << 20 },
            Cpu = new() { Shares = 512, Quota = 50000, Period = 100000, Cpus = "0" },
            Pids = new() { Limit = 37 },
        });
        var shell = Shell(cgroup, "cat /proc/self/cgroup; grep Cpus_allowed_list /proc/self/status; echo ready; read line");
        shell.WaitFor("Cpus_allowed_list:\t0\nready\n");
        foreach (var line in ProcCgroup.Parse(System.Text.Encoding.UTF8.GetBytes(shell.Output)))
            if (!line.Path.StartsWith('/') || line.Controllers is "freezer" or "perf_event" or "net_cls" or "net_prio" or "net_cls,net_prio" or "hugetlb" or "rdma" or "misc")
                continue;
            else
                Assert.Equal($"/{Token}", line.Path);
        Assert.Contains(shell.Pid, cgroup.Pids());
        Assert.Equal([shell.Pid], Cgroup.Open(cgroup.Paths).Pids());
        Assert.Equal(shell.Pid, Assert.Single(Cgroup.OfProcess(Probed, shell.Pid).Pids()));
        Assert.Equal("37", Read(cgroup, "pids", "pids.max"));
        var stats = cgroup.Stats();
        Assert.Equal(64ul << 20, stats.Memory!.Limit);
        Assert.InRange(stats.Memory.Usage, 1ul, 64ul << 20);
        Assert.Equal(1ul, stats.Pids!.Current);
        Assert.Equal(37ul, stats.Pids.Limit);
        Assert.NotEqual(0ul, stats.Cpu!.Usage);
        shell.Write("\n");
        shell.Finish().Succeeds();
    }

    [Fact]
    public void The_scope_All_is_in_every_hierarchy()
    {
        var cgroup = Create(scope: CgroupScope.All);
        var shell = Shell(cgroup, "cat /proc/self/cgroup");
        Assert.All(shell.Finish().Succeeds().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.EndsWith($":/{Token}", line));
    }

    [Fact]
    public void Descriptors_for_joining_are_what_the_plan_needs()
    {
        var cgroup = Create();
        using var join = cgroup.OpenJoin();
        Assert.Equal(Probed.Unified is not null, join.Directory is not null);
        Assert.Equal(cgroup.IsV2 ? 0 : cgroup.Paths.Where(p => p.Key.Length > 0).Select(p => p.Value).Distinct().Count(), join.Tasks.Length);
        Assert.All(join.Tasks, f => Assert.Equal(1, Sys.Call(SyscallNumber.fcntl, f.Number, 1)));
    }

    [Fact]
    public void A_limit_that_the_kernel_refuses_leaves_nothing()
    {
        var e = Assert.Throws<SampanException>(() => Create(new() { Memory = new() { Limit = 64 << 20 }, Cpu = new() { Cpus = "4000" } }));
        Assert.Equal("linux.resources.cpu.cpus: cannot set cpuset.cpus to 4000: not CPUs that the parent cgroup may use", e.Message);
        Assert.All(Probed.Hierarchies, h => Assert.False(Directory.Exists($"{h.MountPoint}/{Token}")));
    }

    [Fact]
    public void Parents_made_on_the_way_are_removed_when_it_fails()
    {
        Assert.Throws<SampanException>(() => Create(new() { Cpu = new() { Cpus = "4000" } }, name: "-parent/child"));
        Assert.All(Probed.Hierarchies, h => Assert.False(Directory.Exists($"{h.MountPoint}/{Token}-parent")));
    }

    [Fact]
    public void A_nested_cpuset_is_filled_down_the_path()
    {
        var cgroup = Create(new() { Cpu = new() { Cpus = "0" } }, name: "/below");
        Shell(cgroup, "grep Cpus_allowed_list:.0$ /proc/self/status").Finish().Succeeds();
        cgroup.Remove(Soon);
        foreach (string path in cgroup.Paths.Values.Distinct())
            Directory.Delete(Path.GetDirectoryName(path)!);
    }

    [Fact]
    public void A_controller_that_the_host_lacks_is_named_with_the_field()
    {
        Machine.RequireCgroupV1("devices");
        var devices = Probed.V1("devices")!;
        var host = CgroupHost.From([new("devices", "/")], [new("/", devices.MountPoint, "rw,devices", IsV2: false)]);
        var e = Assert.Throws<SampanException>(() => Create(new() { Pids = new() { Limit = 9 } }, host: host));
        Assert.Equal("linux.resources.pids.limit: this host's cgroups have no pids controller", e.Message);
        Assert.Equal(ErrorKind.Unsupported, e.Kind);
        Assert.False(Directory.Exists($"{devices.MountPoint}/{Token}"));
    }

    [Fact]
    public void A_cgroup_with_processes_is_not_taken_over_and_an_empty_one_is()
    {
        var first = Create();
        Create();
        var shell = Shell(first, "echo in; read line");
        shell.WaitFor("in");
        var e = Assert.Throws<SampanException>(() => Create());
        Assert.Equal(ErrorKind.Conflict, e.Kind);
        Assert.EndsWith($"is in use by process {shell.Pid}", e.Message);
        Assert.Equal([shell.Pid], first.Pids());
        shell.Write("\n");
        shell.Finish().Succeeds();
    }

    [Fact]
    public void Devices_without_a_rule_are_denied()
    {
        var shell = Shell(Create(), $"""
            echo works > /dev/null
            head -c1 /dev/zero > /dev/null
            if (: < /dev/full) 2>/dev/null; then echo full opened; fi
            if mknod {InWork("full")} c 1 7 2>/dev/null; then echo full made; fi
            mknod {InWork("null")} c 1 3
            echo done
            """);
        Assert.Equal("done\n", shell.Finish().Succeeds().Stdout);
    }

    [Fact]
    public void A_privileged_container_may_use_all_devices()
        => Shell(Create(new() { Devices = [new() { Allow = false, Access = "rwm" }, new() { Allow = true, Access = "rwm" }] }), $": < /dev/full; mknod {InWork("full")} c 1 7").Finish().Succeeds();

    [Fact]
    public void Device_rules_of_null_deny_everything()
    {
        var resources = new LinuxResources { Devices = [] };
        Shell(Create(resources), "if (: < /dev/null) 2>&1; then exit 1; fi").Finish().Succeeds();
    }

    [Fact]
    public void A_frozen_cgroup_is_refused_and_left_frozen()
    {
        var made = Create();
        string file = made.DirectoryOf("freezer") is { } v1 && !made.IsV2 ? $"{v1}/freezer.state" : $"{made.Unified}/cgroup.freeze";
        string thawed = File.ReadAllText(file).Trim();
        File.WriteAllText(file, thawed == "0" ? "1" : "FROZEN");
        try
        {
            Assert.Contains("container's cgroup unexpectedly frozen", Assert.Throws<SampanException>(() => Create()).Message, StringComparison.Ordinal);
            Assert.NotEqual(thawed, File.ReadAllText(file).Trim());
        }
        finally
        {
            File.WriteAllText(file, thawed);
        }
    }
}
