using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>`ctr` of containerd, whose shim runs the runtime.</summary>
[Collection(nameof(Containerd))]
public sealed class ContainerdTests(Containerd containerd) : PeerTest(containerd)
{
    private CommandResult Shell(string command, params string[] options)
        => Run(containerd.NewContainer("c", ["--rm", .. options], "sh", "-c", command));

    private void Detached(string command, params string[] options)
        => Run(containerd.NewContainer("c", ["--detach", .. options], "sh", "-c", command)).Succeeds();

    private CommandResult Exec(string id, params string[] command) => Run(["task", "exec", "--exec-id", id, .. command]);

    private void WaitForStatus(string status)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        CommandResult list;
        while (!(list = Run("task", "list").Succeeds()).Lines[^1].EndsWith(status, StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < Child.Limit, $"never {status}\n{list}");
            Thread.Sleep(20);
        }
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 9", 9)]
    public void It_exits_as_the_program_does(string command, int code) => Shell(command).ExitsWith(code);

    [Theory]
    [InlineData("no-such-program", "executable file not found in $PATH")]
    [InlineData("/etc", "permission denied")]
    public void A_program_that_cannot_be_run_is_told_in_the_runtimes_words(string program, string words)
        => Run(containerd.NewContainer("c", ["--rm"], program)).FailsWith(1, "OCI runtime create failed", program, words);

    [Fact]
    public void Streams_environment_and_directory()
    {
        CommandResult result = Shell("echo $A; pwd; echo err >&2", "--env", "A=b", "--cwd", "/etc").Succeeds();
        Assert.Equal(("b\n/etc\n", "err\n"), (result.Stdout, result.Stderr));
        // Not to the end of the input: ctr misses that when the program starts slower than it ends.
        Assert.Equal("typed", RunWithInput("typed", containerd.NewContainer("c", ["--rm"], "head", "-c", "5")).Succeeds().Stdout);
    }

    [Fact]
    public void Limits()
    {
        Detached("sleep 1000", "--memory-limit", "33554432", "--cpus", "0.5");
        Assert.Equal("33554432", containerd.CgroupFile("c", "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.StartsWith("50000", containerd.CgroupFile("c", "cpu", "cpu.cfs_quota_us", "cpu.max"), StringComparison.Ordinal);
        Assert.Contains("memory", Run("task", "metrics", "c").Succeeds().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_the_container()
    {
        string host = Path.GetDirectoryName(InWork("host/x"))!;
        File.WriteAllText(Path.Combine(host, "file"), "of the host");
        Assert.Equal("of the host", Shell("cat /data/file", "--mount", $"type=bind,src={host},dst=/data,options=rbind:ro").Succeeds().Line);
        Assert.Contains("Read-only", Shell("touch /x", "--read-only").Stderr, StringComparison.Ordinal);
        Assert.Equal("Seccomp:\t2", Shell("grep ^Seccomp: /proc/self/status", "--seccomp").Succeeds().Line);
        Assert.Equal("0 100000 5000", Shell("cat /proc/self/uid_map | tr -s ' ' | cut -c2-", "--uidmap", "0:100000:5000", "--gidmap", "0:100000:5000").Succeeds().Line);
        Assert.Equal("bin", Shell("ls -d bin", "--no-pivot").Succeeds().Line);
        Assert.StartsWith("crw", Shell("ls -l /dev/full", "--device", "/dev/full", "--cap-drop", "CAP_CHOWN", "--cap-add", "CAP_SYS_TIME").Succeeds().Line, StringComparison.Ordinal);
        Shell("true", "--privileged", "--net-host").Succeeds();
    }

    [Fact]
    public void Exec_in_a_task()
    {
        Detached("sleep 1000");
        Exec("e1", "c", "sh", "-c", "exit 4").ExitsWith(4);
        Assert.Equal(["7", "/tmp"], Exec("e2", "--user", "7", "--cwd", "/tmp", "c", "sh", "-c", "id -u; pwd").Succeeds().Lines);
        Exec("e3", "c", "no-such-program").FailsWith(1, "OCI runtime exec failed", "no-such-program", "executable file not found in $PATH");
        Exec("e4", "--cwd", "/no/such", "c", "pwd").FailsWith(1, "OCI runtime exec failed", "/no/such", "no such file or directory");
    }

    [Fact]
    public void Pause_resume_and_kill()
    {
        Detached("trap 'exit 5' TERM; while :; do sleep 0.05; done");
        WaitForStatus("RUNNING");
        Run("task", "pause", "c").Succeeds();
        WaitForStatus("PAUSED");
        Exec("e", "c", "true").FailsWith(1, "paused");
        Run("task", "resume", "c").Succeeds();
        Exec("e", "c", "true").Succeeds();
        Run("task", "kill", "c").Succeeds();
        WaitForStatus("STOPPED");
        // containerd tells from the runtime's words that there is nothing left to kill.
        Run("task", "kill", "c").FailsWith(1, "process already finished: not found");
        Assert.Contains("exit code 5", Run("task", "delete", "c").Stderr, StringComparison.Ordinal);
        Run("task", "start", "--detach", "c").Succeeds();
        WaitForStatus("RUNNING");
    }

    [Fact]
    public void All_processes_of_a_task()
    {
        Detached("sleep 1000");
        Run("task", "exec", "--detach", "--exec-id", "e", "c", "sleep", "2000").Succeeds();
        Assert.Equal(3, Run("task", "ps", "c").Succeeds().Lines.Length);
        Run("task", "kill", "--all", "--signal", "SIGKILL", "c").Succeeds();
        WaitForStatus("STOPPED");
        Assert.Contains("exit code 137", Run("task", "delete", "c").Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal()
    {
        Child run = StartOnTerminal(containerd.NewContainer("c", ["--rm", "--tty"], "sh"));
        run.WaitFor("# ");
        Thread.Sleep(500);                                     // the client shows the prompt before it looks for signals
        run.Terminal!.Resize(132, 43);
        run.Write("sleep 0.5; stty size\r");
        run.WaitFor("43 132");
        run.Write("exit 6\r");
        run.Finish().ExitsWith(6);
    }
}
