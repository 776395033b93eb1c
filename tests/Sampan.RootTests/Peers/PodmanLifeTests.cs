using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>What podman does with a container that is there.</summary>
[Collection(nameof(Podman))]
public sealed class PodmanLifeTests(Podman podman) : PeerTest(podman)
{
    private const string Trap = "trap 'echo got term; exit 3' TERM; echo up; echo err >&2; while :; do sleep 0.1; done";

    private void Detached(string command, params string[] options)
        => Run(podman.NewContainer("run", ["--detach", "--name", "c", .. options, "busybox", "sh", "-c", command])).Succeeds();

    private string Inspect(string format) => Run("inspect", "--format", format, "c").Succeeds().Line;

    [Fact]
    public void Logs_stop_and_exit_code()
    {
        Detached(Trap);
        WaitFor("up", "logs", "c");
        Run("stop", "--time", "10", "c").Succeeds();
        Assert.Equal("3", Run("wait", "c").Succeeds().Line);
        CommandResult logs = Run("logs", "c").Succeeds();
        Assert.Equal(("up\ngot term\n", "err\n"), (logs.Stdout, logs.Stderr));
        Assert.Equal("exited 3", Inspect("{{.State.Status}} {{.State.ExitCode}}"));
        Run("start", "c").Succeeds();
        Assert.Equal("running", Inspect("{{.State.Status}}"));
        Run("restart", "--time", "0", "c").Succeeds();
        Run("kill", "--signal", "KILL", "c").Succeeds();
        Assert.Equal("137", Run("wait", "c").Succeeds().Line);
        Run("kill", "c").FailsWith(125, "can only kill running containers");
    }

    [Fact]
    public void Exec()
    {
        Detached("sleep 1000", "--env", "A=1");
        Run("exec", "c", "sh", "-c", "exit 9").ExitsWith(9);
        Assert.Equal("typed", RunWithInput("typed", "exec", "--interactive", "c", "cat").Succeeds().Stdout);
        Assert.Equal(["1 2", "/tmp", "7"], Run("exec", "--env", "B=2", "--workdir", "/tmp", "--user", "7", "c", "sh", "-c", "echo $A $B; pwd; id -u").Succeeds().Lines);
        Run("exec", "c", "no-such-program").FailsWith(127, "no-such-program", "executable file not found in $PATH");
        Run("exec", "c", "/etc").FailsWith(126, "/etc", "permission denied");
        Run("exec", "--workdir", "/no/such", "c", "pwd").FailsWith(127, "/no/such", "no such file or directory");
        Run("exec", "c", "test", "!", "-e", "/no").Succeeds();
        Run("exec", "--detach", "c", "sh", "-c", "echo done > /done").Succeeds();
        WaitFor("done", "exec", "c", "sh", "-c", "cat /done 2>/dev/null; true");
        string bounding = Run("exec", "--privileged", "c", "grep", "CapBnd", "/proc/self/status").Succeeds().Line;
        Assert.EndsWith(bounding.Split('\t')[1], File.ReadLines("/proc/self/status").Single(l => l.StartsWith("CapBnd", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Pause_and_unpause()
    {
        Detached("while :; do echo x >> /ticks; sleep 0.05; done");
        Run("pause", "c").Succeeds();
        Assert.Equal("paused", Inspect("{{.State.Status}}"));
        Run("exec", "c", "true").FailsWith(255, "running");
        Run("unpause", "c").Succeeds();
        Run("exec", "c", "true").Succeeds();
        Run("pause", "c").Succeeds();
        Run("rm", "--force", "--time", "0", "c").Succeeds();
    }

    [Fact]
    public void Top_stats_and_update()
    {
        Detached("sleep 1000 & sleep 2000", "--memory", "64m");
        Assert.Contains("sleep 2000", Run("top", "c", "-eo", "args").Succeeds().Stdout, StringComparison.Ordinal);
        Assert.Equal("67108864 2", Run("stats", "--no-stream", "--format", "{{.MemLimit}} {{.PIDs}}", "c").Succeeds().Line);
        Run("update", "--memory", "50m", "--cpus", "0.25", "c").Succeeds();
        Assert.Equal("52428800", Run("exec", "c", "cat", CgroupFile("memory", "memory.limit_in_bytes", "memory.max")).Succeeds().Line);
    }

    [Fact]
    public void A_created_container_waits_for_its_start()
    {
        Run(podman.NewContainer("create", "--interactive", "--name", "c", "busybox", "cat")).Succeeds();
        Run("init", "c").Succeeds();
        Assert.Equal("initialized", Inspect("{{.State.Status}}"));
        Assert.Equal("typed", RunWithInput("typed", "start", "--attach", "--interactive", "c").Succeeds().Stdout);
    }

    [Fact]
    public void Health_check()
    {
        Detached("sleep 1000", "--health-cmd", "test -e /well", "--health-interval", "disable", "--health-retries", "1");
        Assert.Equal("unhealthy", Run("healthcheck", "run", "c").ExitsWith(1).Line);
        Run("exec", "c", "touch", "/well").Succeeds();
        Run("healthcheck", "run", "c").Succeeds();
        Assert.Equal("healthy", Inspect("{{.State.Health.Status}}"));
    }

    [Fact]
    public void A_terminal()
    {
        Child run = StartOnTerminal(podman.NewContainer("run", "--rm", "--interactive", "--tty", "busybox", "sh"));
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
        Child exec = StartOnTerminal("exec", "--interactive", "--tty", "c", "sh");
        exec.WaitFor("# ");
        Thread.Sleep(500);                                     // the client shows the prompt before it looks for signals
        exec.Terminal!.Resize(90, 30);
        exec.Write("sleep 0.5; stty size\r");
        exec.WaitFor("30 90");
        exec.Write("exit 5\r");
        exec.Finish().ExitsWith(5);
    }

    [Fact]
    public void Hooks()
    {
        string log = InWork("hooks.log"), hooks = Path.GetDirectoryName(InWork("hooks.d/x"))!;
        foreach (string stage in new[] { "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop" })
        {
            string command = stage == "startContainer" ? "cat > /in; echo startContainer >> /in" : $"grep -q '\\\"id\\\"' && echo {stage} >> {log}";
            File.WriteAllText(Path.Combine(hooks, stage + ".json"),
                $$"""{"version":"1.0.0","hook":{"path":"/bin/sh","args":["sh","-c","{{command}}"]},"when":{"always":true},"stages":["{{stage}}"]}""");
        }
        string seen = Run(["--hooks-dir", hooks, .. podman.NewContainer("run", "--rm", "busybox", "tail", "-n1", "/in")]).Succeeds().Line;
        Assert.EndsWith("}startContainer", seen, StringComparison.Ordinal);
        Assert.Equal(["prestart", "createRuntime", "createContainer", "poststart", "poststop"], File.ReadAllLines(log));
    }

    [Fact]
    public void A_restart_policy()
    {
        Detached("echo run; exit 3", "--restart", "on-failure:2");
        WaitFor("run\nrun\nrun", "logs", "c");
        Assert.Equal("3", Run("wait", "c").Succeeds().Line);
    }

    [Fact]
    public void A_pod_shares_namespaces()
    {
        Run("pod", "create", "--name", "p", "--share", "ipc,uts,pid", "--share-parent=false", "--network", "none", "--infra-image", "busybox", "--infra-command", "sleep 1000").Succeeds();
        Run("run", "--detach", "--pod", "p", "--name", "c", "--network", "none", "--cgroup-parent", "/" + podman.Room.Token, "busybox", "sleep", "2000").Succeeds();
        Assert.Equal("2", Run("exec", "c", "sh", "-c", "ps | grep -c 'sleep [12]000'").Succeeds().Line);
        Run("pod", "pause", "p").Succeeds();
        Run("pod", "unpause", "p").Succeeds();
        Run("pod", "rm", "--force", "--time", "0", "p").Succeeds();
    }
}
