using System.Globalization;
using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary><c>restart</c>, and the restart policies.</summary>
public sealed class RestartTests : RootTest
{
    [Fact]
    public void Restart_ends_and_starts_again()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "trap 'exit 0' TERM; echo up; while :; do sleep 0.05; done");
        string pid = Sampan.Inspect(id, "State.Pid");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        Assert.Equal(id, Sampan.Run("restart", id).Succeeds().Line);
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
        Assert.NotEqual(pid, Sampan.Inspect(id, "State.Pid"));
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\nup\n", Child.Limit));
        Assert.Equal("0", Sampan.Inspect(id, "RestartCount"));
        Sampan.Run("stop", id).Succeeds();
        // What does not run is started.
        Sampan.Run("restart", id).Succeeds();
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
    }

    [Fact]
    public void Restart_takes_a_signal_and_a_time()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "trap 'echo usr1; exit 0' USR1; trap '' TERM; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        Sampan.Run("restart", "-s", "USR1", id).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\nusr1\nup\n", Child.Limit));
        CommandResult quick = Sampan.Run("restart", "-t", "0", id).Succeeds();
        Assert.True(quick.Elapsed < TimeSpan.FromSeconds(8), "it waited for the default of ten seconds");
    }

    [Fact]
    public void The_containers_own_stop_signal_and_timeout()
    {
        string id = Sampan.RunDetached("--stop-signal", "USR2", "--stop-timeout", "60", "busybox", "sh", "-c", "trap 'sleep 0.2; exit 5' USR2; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        Sampan.Run("stop", id).Succeeds();
        Assert.Equal("5", Sampan.Inspect(id, "State.ExitCode"));
        string deaf = Sampan.RunDetached("--stop-timeout", "0", "busybox", "sh", "-c", "trap '' TERM; while :; do sleep 0.05; done");
        Assert.True(Sampan.Run("stop", deaf).Succeeds().Elapsed < TimeSpan.FromSeconds(8), "it waited for the default of ten seconds");
        Assert.Equal("137", Sampan.Inspect(deaf, "State.ExitCode"));
        Sampan.Run("run", "--stop-signal", "NONSENSE", "busybox", "true").ExitsWith(125).SaysOneLine("NONSENSE");
    }

    [Fact]
    public void On_failure_so_often_and_no_more()
    {
        string id = Sampan.RunDetached("--restart", "on-failure:2", "busybox", "sh", "-c", "echo run; exit 3");
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("run\nrun\nrun\n", Sampan.Run("logs", id).Stdout);
        Assert.Equal("2", Sampan.Inspect(id, "RestartCount"));
        Assert.Equal("3", Sampan.Inspect(id, "State.ExitCode"));
        string[] events = Sampan.Run("events", "--since", "1h", "--until", "0s", "--filter", $"container={id}", "--format", "{{.Action}}").Succeeds().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["start", "die", "start", "die", "start", "die"], events.Where(e => e is "start" or "die"));
        Assert.Equal("on-failure", Sampan.Inspect(id, "HostConfig.RestartPolicy.Name"));
        Assert.Equal("2", Sampan.Inspect(id, "HostConfig.RestartPolicy.MaximumRetryCount"));
        Sampan.Run("start", id).Succeeds();
        Assert.True(int.Parse(Sampan.Inspect(id, "RestartCount"), CultureInfo.InvariantCulture) < 2, "a start by hand begins to count anew");
    }

    [Fact]
    public void On_failure_leaves_success_at_that()
    {
        string id = Sampan.RunDetached("--restart", "on-failure", "busybox", "sh", "-c", "echo run");
        Sampan.WaitForStatus(id, "exited");
        Thread.Sleep(300);
        Assert.Equal("run\n", Sampan.Run("logs", id).Stdout);
        Assert.Equal("0", Sampan.Inspect(id, "RestartCount"));
    }

    [Fact]
    public void Waits_double_from_a_tenth_of_a_second()
    {
        string id = Sampan.RunDetached("--restart", "always", "busybox", "sh", "-c", "cat /proc/uptime");
        string[] lines = [];
        Assert.True(SpinWait.SpinUntil(() => (lines = Sampan.Run("logs", id).Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Length == 5, Child.Limit));
        double[] at = [.. lines.Select(l => double.Parse(l.Split(' ')[0], CultureInfo.InvariantCulture))];
        for (int i = 1; i < at.Length; i++)
            Assert.InRange(at[i] - at[i - 1], 0.1 * (1 << (i - 1)) - 0.02, 0.1 * (1 << (i - 1)) + 2 * Machine.Patience);
        Sampan.WaitForStatus(id, "restarting");
        Assert.Matches(@"^Restarting \(0\) .* ago$", Sampan.Run("ps", "--format", "{{.Status}}").Succeeds().Line);
        Assert.Equal("True", Sampan.Inspect(id, "State.Restarting"));
        Sampan.Run("exec", id, "true").FailsWith(1, "restarting");
        Sampan.Run("attach", id).FailsWith(1, "restarting");
        Sampan.Run("rm", id).FailsWith(1, "restarting");
        Sampan.Run("rm", "-f", id).Succeeds();
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("kill")]
    public void Who_asks_for_the_end_of_one_that_waits_gets_it(string verb)
    {
        string id = Sampan.RunDetached("--restart", "unless-stopped", "busybox", "sh", "-c", "exit 4");
        Assert.True(SpinWait.SpinUntil(() => int.Parse(Sampan.Inspect(id, "RestartCount"), CultureInfo.InvariantCulture) >= 3, Child.Limit));
        Sampan.WaitForStatus(id, "restarting");
        CommandResult result = Sampan.Run(verb, id);
        // It may have come to life between the look and the order.
        Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
        result.Succeeds();
        string count = Sampan.Inspect(id, "RestartCount");
        Thread.Sleep(1000);
        Assert.Equal(count, Sampan.Inspect(id, "RestartCount"));
    }

    [Theory]
    [InlineData("stop", "-t", "1")]
    [InlineData("kill")]
    public void Who_ends_one_that_runs_ends_it_for_good(params string[] verb)
    {
        string id = Sampan.RunDetached("--restart", "always", "busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done");
        Sampan.Run([.. verb, id]).Succeeds();
        Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
        Thread.Sleep(400);
        Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
        Assert.Equal("0", Sampan.Inspect(id, "RestartCount"));
    }

    [Fact]
    public void Another_signal_leaves_the_policy_in_force()
    {
        string id = Sampan.RunDetached("--restart", "always", "busybox", "sh", "-c", "trap 'exit 1' HUP; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        Sampan.Run("kill", "-s", "HUP", id).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\nup\n", Child.Limit));
        Assert.Equal("1", Sampan.Inspect(id, "RestartCount"));
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
    }

    [Fact]
    public void A_policy_that_is_changed_holds_at_once()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "trap 'exit 3' HUP; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        Sampan.Run("update", "--restart", "on-failure:9", id).Succeeds();
        Sampan.Run("kill", "-s", "HUP", id).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\nup\n", Child.Limit));
        Assert.Equal("1", Sampan.Inspect(id, "RestartCount"));
        // After the monitor has executed itself twice the changed policy is still the one.
        Sampan.Run("kill", "-s", "HUP", id).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\nup\nup\n", Child.Limit));
        Sampan.Run("update", "--restart", "no", id).Succeeds();
        Sampan.Run("kill", "-s", "HUP", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("3", Sampan.Inspect(id, "State.ExitCode"));
        Assert.Equal("2", Sampan.Inspect(id, "RestartCount"));
    }

    [Fact]
    public void A_policy_taken_back_ends_the_wait()
    {
        string id = Sampan.RunDetached("--restart", "always", "busybox", "false");
        Assert.True(SpinWait.SpinUntil(() => int.Parse(Sampan.Inspect(id, "RestartCount"), CultureInfo.InvariantCulture) >= 5, Child.Limit));
        Sampan.WaitForStatus(id, "restarting");
        Sampan.Run("update", "--restart", "no", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        string count = Sampan.Inspect(id, "RestartCount");
        Thread.Sleep(400);
        Assert.Equal(count, Sampan.Inspect(id, "RestartCount"));
    }

    [Fact]
    public void A_client_in_the_foreground_ends_with_the_first_run()
    {
        CommandResult run = Sampan.Run("run", "--name", "again", "--restart", "on-failure:1", "busybox", "sh", "-c", "echo run; exit 3").ExitsWith(3);
        Assert.Equal("run\n", run.Stdout);
        Sampan.WaitForStatus("again", "exited");
        Assert.Equal("run\nrun\n", Sampan.Run("logs", "again").Stdout);
    }

    [Fact]
    public void One_that_cannot_be_started_again_says_why()
    {
        string home = InWork("home/x");
        File.WriteAllText(home, "");
        string id = Sampan.RunDetached("--restart", "always", "-v", $"{home}:/x", "busybox", "sh", "-c", "sleep 0.2");
        File.Delete(home);
        Sampan.WaitForStatus(id, "exited");
        Assert.Contains("could not be started again", Sampan.Inspect(id, "State.Error"));
        Assert.Contains("home/x", Sampan.Inspect(id, "State.Error"));
    }

    [Fact]
    public void A_time_to_live()
    {
        string id = Sampan.RunDetached("--timeout", "1", "busybox", "sleep", "1000");
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("137", Sampan.Inspect(id, "State.ExitCode"));
        Assert.Contains("--timeout", Sampan.Inspect(id, "State.Error"));
    }

    [Theory]
    [InlineData("sometimes")]
    [InlineData("always:3")]
    [InlineData("on-failure:x")]
    [InlineData("on-failure:-1")]
    public void Policies_that_are_none(string policy) => Sampan.Run("run", "--restart", policy, "busybox", "true").FailsWith(125, policy);

    [Fact]
    public void A_container_to_be_removed_is_not_started_again()
        => Sampan.Run("run", "--rm", "--restart", "always", "busybox", "true").FailsWith(125, "--restart and --rm");

    [Fact]
    public void A_monitor_killed_while_it_waits_leaves_the_truth_behind()
    {
        string id = Sampan.RunDetached("--restart", "always", "busybox", "sh", "-c", "echo $PPID; exit 6");
        Assert.True(SpinWait.SpinUntil(() => int.Parse(Sampan.Inspect(id, "RestartCount"), CultureInfo.InvariantCulture) >= 5, Child.Limit));
        Sampan.WaitForStatus(id, "restarting");
        Thread.Sleep(200);                                     // the clearing up is over, and the wait is one of 1.6 seconds
        Sys.Call(SyscallNumber.kill, Monitor(id), 9);
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("6", Sampan.Inspect(id, "State.ExitCode"));
        Sampan.Run("rm", id).Succeeds();
    }

    // The one process whose arguments name the container: nobody else's do while nothing runs in it.
    private static int Monitor(string id)
        => Directory.GetDirectories("/proc").Select(d => Path.GetFileName(d)).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n, CultureInfo.InvariantCulture))
            .Single(p => Arguments(p) is { } a && a.Contains("monitor") && a.Contains(id));

    private static string[]? Arguments(int pid)
    {
        try { return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0'); }
        catch (IOException) { return null; }
        catch (UnauthorizedAccessException) { return null; }
    }
}
