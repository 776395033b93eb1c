using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>What docker does with a container that is there.</summary>
[Collection(nameof(Docker))]
public sealed class DockerLifeTests(Docker docker) : PeerTest(docker)
{
    private readonly Docker _docker = docker;

    private void Detached(string command, params string[] options) => Run(["run", "--detach", "--name", "box", .. options, "busybox", "sh", "-c", command]).Succeeds();

    private string Inspect(string format) => Run("inspect", "--format", format, "box").Succeeds().Line;

    private void WaitForInspect(string format, string wanted) => WaitFor(wanted, "inspect", "--format", format, "box");

    [Fact]
    public void Logs_stop_and_exit_code()
    {
        Detached("trap 'echo got term; exit 3' TERM; echo err >&2; echo up; while :; do sleep 0.1; done");
        WaitFor("up", "logs", "box");
        Run("stop", "--time", "10", "box").Succeeds();
        Assert.Equal("3", Run("wait", "box").Succeeds().Line);
        CommandResult logs = Run("logs", "box").Succeeds();
        Assert.Equal(("up\ngot term\n", "err\n"), (logs.Stdout, logs.Stderr));
        Run("start", "box").Succeeds();
        Run("restart", "--time", "0", "box").Succeeds();
        Run("kill", "box").Succeeds();
        Assert.Equal("137", Run("wait", "box").Succeeds().Line);
        Run("kill", "box").FailsWith(1, "is not running");
    }

    [Fact]
    public void Exec()
    {
        Detached("sleep 1000", "--env", "A=1");
        Run("exec", "box", "sh", "-c", "exit 9").ExitsWith(9);
        Assert.Equal("typed", RunWithInput("typed", "exec", "--interactive", "box", "cat").Succeeds().Stdout);
        Assert.Equal(["1 2", "/tmp", "7"], Run("exec", "--env", "B=2", "--workdir", "/tmp", "--user", "7", "box", "sh", "-c", "echo $A $B; pwd; id -u").Succeeds().Lines);
        Assert.Contains("executable file not found in $PATH", Run("exec", "box", "no-such-program").ExitsWith(126).Stdout, StringComparison.Ordinal);
        Assert.Contains("no such file or directory", Run("exec", "--workdir", "/no/such", "box", "pwd").ExitsWith(126).Stdout, StringComparison.Ordinal);
        Run("exec", "box", "test", "!", "-e", "/no").Succeeds();
        Run("exec", "--detach", "box", "sh", "-c", "echo done > /done").Succeeds();
        WaitFor("done", "exec", "box", "sh", "-c", "cat /done 2>/dev/null; true");
    }

    [Fact]
    public void Pause_and_unpause()
    {
        Detached("sleep 1000");
        Run("pause", "box").Succeeds();
        Assert.Equal("paused", Inspect("{{.State.Status}}"));
        Run("exec", "box", "true").FailsWith(1, "is paused");
        Run("unpause", "box").Succeeds();
        Run("exec", "box", "true").Succeeds();
        Run("pause", "box").Succeeds();
        Run("kill", "box").Succeeds();
        WaitForInspect("{{.State.Status}} {{.State.ExitCode}}", "exited 137");
    }

    [Fact]
    public void Top_stats_and_update()
    {
        Detached("sleep 1000 & sleep 2000", "--memory", "64m");
        Assert.Contains("sleep 2000", Run("top", "box").Succeeds().Stdout, StringComparison.Ordinal);
        Assert.EndsWith("/ 64MiB 2", Run("stats", "--no-stream", "--format", "{{.MemUsage}} {{.PIDs}}", "box").Succeeds().Line, StringComparison.Ordinal);
        Run("update", "--memory", "50m", "--memory-swap", "60m", "--cpus", "1.5", "--pids-limit", "30", "--cpuset-cpus", "0", "box").Succeeds();
        string files = string.Join(' ', CgroupFile("memory", "memory.limit_in_bytes", "memory.max"), CgroupFile("cpu", "cpu.cfs_quota_us", "cpu.max"), CgroupFile("pids", "pids.max", "pids.max"));
        Assert.Equal(["52428800", Machine.CgroupV1("cpu") != null ? "150000" : "150000 100000", "30"], Run("exec", "box", "sh", "-c", $"cat {files}").Succeeds().Lines);
        Assert.Equal("Cpus_allowed_list:\t0", Run("exec", "box", "grep", "Cpus_allowed_list", "/proc/1/status").Succeeds().Line);
    }

    [Fact]
    public void Memory_that_runs_out_is_told()
    {
        Run("run", "--name", "box", "--memory", "20m", "--memory-swap", "20m", "busybox", "sh", "-c", "x=$(head -c 60000000 /dev/zero | tr '\\0' a)").ExitsWith(137);
        Assert.Equal("true 137", Inspect("{{.State.OOMKilled}} {{.State.ExitCode}}"));
    }

    [Fact]
    public void Health_check()
    {
        Detached("sleep 1000", "--health-cmd", "test -e /well", "--health-interval", "200ms", "--health-retries", "1");
        WaitForInspect("{{.State.Health.Status}}", "unhealthy");
        Run("exec", "box", "touch", "/well").Succeeds();
        WaitForInspect("{{.State.Health.Status}}", "healthy");
    }

    [Fact]
    public void Restart_policies()
    {
        Detached("echo run; exit 3", "--restart", "on-failure:2");
        WaitForInspect("{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}}", "2 exited 3");
        Assert.Equal("run\nrun\nrun", Run("logs", "box").Succeeds().Line);
        Run("rm", "box").Succeeds();
        Detached("sleep 1000", "--restart", "always");
        string first = Inspect("{{.State.Pid}}");
        _docker.Room.Run("kill", "-KILL", first).Succeeds();
        WaitForInspect("{{.RestartCount}} {{.State.Status}}", "1 running");
        Assert.NotEqual(first, Inspect("{{.State.Pid}}"));
    }

    [Fact]
    public void A_terminal()
    {
        Child run = StartOnTerminal("run", "--rm", "--interactive", "--tty", "busybox", "sh");
        run.WaitFor("# ");
        run.Write("stty size\r");
        run.WaitFor("24 80");
        Thread.Sleep(500);                                     // the client shows the prompt before it looks for signals
        run.Terminal!.Resize(132, 43);
        run.Write("sleep 0.5; stty size\r");
        run.WaitFor("43 132");
        run.Write("test -t 0 && tty\r");
        run.WaitFor("/dev/pts/0");
        run.Write("exit 6\r");
        run.Finish().ExitsWith(6);
    }

    [Fact]
    public void A_terminal_of_exec()
    {
        Detached("sleep 1000");
        Child exec = StartOnTerminal("exec", "--interactive", "--tty", "box", "sh");
        exec.WaitFor("# ");
        Thread.Sleep(500);                                     // the client shows the prompt before it looks for signals
        exec.Terminal!.Resize(90, 30);
        exec.Write("sleep 0.5; stty size\r");
        exec.WaitFor("30 90");
        exec.Write("exit 5\r");
        exec.Finish().ExitsWith(5);
    }

    [Fact]
    public void Copy_commit_and_stop_signal()
    {
        Detached("trap 'exit 44' USR1; touch /up; while :; do sleep 0.05; done", "--stop-signal", "USR1");
        WaitFor("/up", "exec", "box", "sh", "-c", "ls /up 2>/dev/null; true");
        Run("cp", Path.Combine(_docker.Room.Folder, "daemon.json"), "box:/etc/copied").Succeeds();
        Assert.Equal("200", Run("exec", "box", "sh", "-c", "test -s /etc/copied && echo 200").Succeeds().Line);
        Assert.Contains("A /etc/copied", Run("diff", "box").Succeeds().Stdout, StringComparison.Ordinal);
        Run("commit", "box", "copied").Succeeds();
        Run("stop", "box").Succeeds();
        Assert.Equal("44", Run("wait", "box").Succeeds().Line);
        Run("rmi", "copied").Succeeds();
    }
}
