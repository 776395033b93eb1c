using System.Diagnostics;
using Sampan.Cgroups;
using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Cgroups;

[DiffersByHost]
public sealed class LifeTests : CgroupTest
{
    /// <summary>The same cgroup without its v2 directory, as a host of v1 alone has it.</summary>
    private Cgroup WithoutV2(Cgroup cgroup)
    {
        Machine.RequireCgroupV1("freezer");
        return Cgroup.Open(cgroup.Paths.Where(p => p.Key.Length > 0).ToDictionary());
    }

    [Fact]
    public void Memory_beyond_the_limit_kills_and_is_told()
    {
        var cgroup = Create(new() { Memory = new() { Limit = 16 << 20, Swap = 16 << 20 } });
        Assert.False(cgroup.OomKilled);
        var result = Shell(cgroup, "head -c 100000000 /dev/zero | tail -n 1 > /dev/null").Finish();
        Assert.Equal(137, result.ExitCode);
        Assert.True(cgroup.OomKilled);
        var memory = cgroup.Stats().Memory!;
        Assert.Equal(1ul, memory.OomKills);
        Assert.InRange(memory.Peak!.Value, 12ul << 20, 16ul << 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Frozen_processes_stand_still_until_they_thaw(bool v1)
    {
        var cgroup = Create(scope: CgroupScope.All);
        var shell = Shell(cgroup, "echo in; while read line; do echo got $line; done");
        shell.WaitFor("in");
        var handle = v1 ? WithoutV2(cgroup) : cgroup;
        handle.Freeze(Soon);
        Assert.True(handle.IsFrozen);
        shell.Write("word\n");
        // It would have answered within a millisecond.
        Thread.Sleep(100);
        Assert.DoesNotContain("got", shell.Output);
        handle.Thaw();
        shell.WaitFor("got word");
        Assert.False(handle.IsFrozen);
        shell.Finish().Succeeds();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_are_killed_those_in_cgroups_below_and_frozen_ones_too(bool v1)
    {
        var cgroup = Create(scope: CgroupScope.All);
        string below = string.Join('\n', cgroup.Paths.Values.Distinct().Select(p => $"mkdir {p}/below; [ ! -e {p}/below/cpuset.mems ] || {{ cat {p}/cpuset.cpus > {p}/below/cpuset.cpus; cat {p}/cpuset.mems > {p}/below/cpuset.mems; }}; echo 0 > {p}/below/cgroup.procs"));
        var shell = Shell(cgroup, $"sleep 1000 & sleep 1000 & ({below}\necho in; exec sleep 1000)");
        shell.WaitFor("in");
        Assert.Equal(4, cgroup.Pids().Count);
        Assert.Equal(3, cgroup.Pids(recursive: false).Count);
        var handle = v1 ? WithoutV2(cgroup) : cgroup;
        handle.Freeze(Soon);
        handle.KillAll(Signal.SIGKILL);
        Assert.Equal(137, shell.Finish().ExitCode);
        cgroup.Remove(Soon);
        Assert.All(cgroup.Paths.Values, p => Assert.False(Directory.Exists(p), p));
    }

    [Fact]
    public void A_signal_reaches_every_process()
    {
        var cgroup = Create();
        var shell = Shell(cgroup, "trap 'echo parent; exit 0' TERM; (trap 'echo child; exit 0' TERM; echo in; while :; do sleep 0.01; done) & while :; do sleep 0.01; done");
        shell.WaitFor("in");
        cgroup.KillAll(Signal.SIGTERM);
        shell.WaitFor("parent");
        Assert.Contains("child", shell.Finish().Stdout);
    }

    [Fact]
    public void Removal_waits_for_the_dying_and_no_longer()
    {
        var cgroup = Create();
        var shell = Shell(cgroup, "echo in; sleep 0.3");
        shell.WaitFor("in");
        cgroup.Remove(Soon);
        Assert.All(cgroup.Paths.Values, p => Assert.False(Directory.Exists(p), p));
        shell.Finish().Succeeds();
        cgroup.Remove(TimeSpan.Zero);
    }

    [Fact]
    public void Removal_of_a_cgroup_in_use_names_the_process_and_touches_nothing()
    {
        var cgroup = Create();
        var shell = Shell(cgroup, "echo in; read line");
        shell.WaitFor("in");
        var clock = Stopwatch.StartNew();
        var e = Assert.Throws<SampanException>(() => cgroup.Remove(TimeSpan.FromMilliseconds(100)));
        Assert.InRange(clock.ElapsedMilliseconds, 90, 5000);
        Assert.Equal(ErrorKind.Conflict, e.Kind);
        Assert.StartsWith($"process {shell.Pid} still live", e.Message);
        Assert.Equal([shell.Pid], cgroup.Pids());
        shell.Write("\n");
        shell.Finish().Succeeds();
    }

    [Fact]
    public void Limits_go_up_and_down_while_it_runs()
    {
        var cgroup = Create(new() { Memory = new() { Limit = 64 << 20, Swap = 64 << 20 }, Cpu = new() { Quota = 50000, Period = 100000 } });
        cgroup.Update(Probed, new() { Memory = new() { Limit = 256 << 20, Swap = 300 << 20 }, Cpu = new() { Quota = 5000, Period = 10000 } });
        Assert.Equal((256ul << 20, 44ul << 20), (cgroup.Stats().Memory!.Limit, cgroup.Stats().Memory!.SwapLimit));
        cgroup.Update(Probed, new() { Memory = new() { Limit = 32 << 20, Swap = 32 << 20 }, Cpu = new() { Quota = 500000, Period = 1000000 } });
        Assert.Equal((32ul << 20, 0ul), (cgroup.Stats().Memory!.Limit, cgroup.Stats().Memory!.SwapLimit));
        cgroup.Update(Probed, new() { Memory = new() { Limit = -1 }, Pids = new() { Limit = 5 } });
        Assert.Equal(ulong.MaxValue, cgroup.Stats().Memory!.Limit);
        Assert.Equal(5ul, cgroup.Stats().Pids!.Limit);
    }

    [Fact]
    public void A_limit_of_another_controller_takes_all_processes_there()
    {
        Machine.RequireCgroupV1("cpuset");
        var cgroup = Create();
        var shell = Shell(cgroup, "sleep 1000 & echo in; read line; grep Cpus_allowed_list /proc/self/status /proc/$!/status; kill $!");
        shell.WaitFor("in");
        Assert.Null(cgroup.DirectoryOf("cpuset"));
        cgroup.Update(Probed, new() { Cpu = new() { Cpus = "0" } });
        Assert.NotNull(cgroup.DirectoryOf("cpuset"));
        shell.Write("\n");
        string output = shell.Finish().Stdout;
        Assert.Equal(2, output.Split("Cpus_allowed_list:\t0\n").Length - 1);
    }

    [Fact]
    public void An_update_that_fails_leaves_the_container_where_it_was()
    {
        Machine.RequireCgroupV1("cpuset");
        var cgroup = Create();
        var shell = Shell(cgroup, "echo in; read line; grep -F -q :cpuset:/ /proc/self/cgroup");
        shell.WaitFor("in");
        string before = File.ReadAllText($"/proc/{shell.Pid}/cgroup");
        Assert.Throws<SampanException>(() => cgroup.Update(Probed, new() { Cpu = new() { Cpus = "4000" } }));
        Assert.Equal(before, File.ReadAllText($"/proc/{shell.Pid}/cgroup"));
        Assert.Null(cgroup.DirectoryOf("cpuset"));
        Assert.False(Directory.Exists($"{Probed.V1("cpuset")!.MountPoint}/{Token}"));
        shell.Write("\n");
        shell.Finish().Succeeds();
    }
}
