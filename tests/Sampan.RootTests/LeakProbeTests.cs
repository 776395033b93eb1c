using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests;

/// <summary>The probe itself: each kind of thing, left behind on purpose, is found and named.</summary>
public sealed class LeakProbeTests : RootTest
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void A_mount_is_found()
    {
        string place = InWork("mounted/here");
        Directory.CreateDirectory(place);
        var probe = new LeakProbe(Soon);
        Host("mount", "-t", "tmpfs", "none", place).Succeeds();
        var leak = Assert.Throws<LeakException>(() => probe.Check([Token]));
        Host("umount", place).Succeeds();
        Assert.Contains($"mount left behind", leak.Message);
        Assert.Contains(place, leak.Message);
    }

    [Fact]
    public void A_cgroup_is_found_in_each_hierarchy()
    {
        var probe = new LeakProbe(Soon);
        string[] groups = [.. Machine.CgroupMounts.Select(m => Path.Combine(m, Token))];
        foreach (string group in groups)
            Directory.CreateDirectory(group);
        var leak = Assert.Throws<LeakException>(() => probe.Check([Token]));
        foreach (string group in groups)
            Directory.Delete(group);
        Assert.All(groups, g => Assert.Contains($"cgroup left behind: {g}\n", leak.Message + "\n"));
    }

    [Fact]
    public void A_process_that_left_its_parent_is_found_and_killed()
    {
        var probe = new LeakProbe(Soon);
        Host("sh", "-c", "setsid sleep 1000 </dev/null >/dev/null 2>&1 &").Succeeds();
        var leak = Assert.Throws<LeakException>(() => probe.Check([Token]));
        Assert.Matches(@"process left behind: \d+ s(leep|etsid)", leak.Message);
        probe.Check([Token]);
    }

    [Fact]
    public void A_descriptor_is_found()
    {
        var probe = new LeakProbe(Soon);
        var (read, write) = Child.Pipe();
        var leak = Assert.Throws<LeakException>(() => probe.Check([Token]));
        read.Dispose();
        write.Dispose();
        Assert.Contains("file descriptor left behind: pipe:", leak.Message);
    }

    [Fact]
    public void A_message_queue_is_found()
    {
        var probe = new LeakProbe(Soon);
        string id = Host("ipcmk", "-Q").Succeeds().Line.Split(' ')[^1];
        var leak = Machine.IsShared ? null : Assert.Throws<LeakException>(() => probe.Check([Token]));
        Host("ipcrm", "-q", id).Succeeds();
        Assert.Contains($"SysV IPC object left behind: msg {id}", leak?.Message ?? $"SysV IPC object left behind: msg {id}");
    }

    [Fact]
    public void A_temporary_file_is_found()
    {
        var probe = new LeakProbe(Soon);
        string path = $"/tmp/left-by-{Token}";
        File.WriteAllText(path, "");
        var leak = Assert.Throws<LeakException>(() => probe.Check([Token]));
        File.Delete(path);
        Assert.Contains($"temporary file left behind: {path}", leak.Message);
    }

    [Fact]
    public void An_orphan_that_crashes_is_told()
    {
        var probe = new LeakProbe(Soon);
        Host("sh", "-c", "setsid sh -c 'kill -SEGV $$' </dev/null >/dev/null 2>&1 &").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => { try { probe.Check([Token]); return false; } catch (LeakException e) { return e.Message.Contains("died of signal 11", StringComparison.Ordinal); } }, Child.Limit));
    }

    [Fact]
    public void The_harness_runs_programs_on_pipes_and_terminals()
    {
        Assert.Equal("in", Keep(Child.Start("/bin/cat", [], HostEnvironment)).Also(c => c.Write("in")).Finish().Succeeds().Stdout);
        Assert.Equal(143, Host("sh", "-c", "kill -TERM $$").ExitCode);
        Child onTerminal = Keep(Child.StartOnTerminal("/bin/sh", ["-c", "stty size; read x; echo got $x; exit 3"], HostEnvironment));
        onTerminal.WaitFor("24 80");
        onTerminal.Write("yes\n");
        onTerminal.WaitFor("got yes");
        onTerminal.Finish().ExitsWith(3);
    }
}
