using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>The commands by Docker's grammar, seen from a user's chair.</summary>
public sealed class CommandTests : RootTest
{
    [Fact]
    public void Hello()
        => Assert.Equal("hello\n", Sampan.Run("run", "--rm", "busybox", "echo", "hello").Succeeds().Stdout);

    [Fact]
    public void An_empty_store_needs_no_preparation()
    {
        Cli fresh = NewSampan();
        Assert.Equal("hello\n", fresh.Run("run", "--rm", "busybox", "echo", "hello").Succeeds().Stdout);
        Assert.Contains("busybox", fresh.Run("images").Succeeds().Stdout);
    }

    [Fact]
    public void The_root_flags_are_the_environments()
    {
        string root = InWork("other/root"), run = InWork("other/run");
        Assert.Equal("x", Sampan.Run("--root", root, "--runroot=" + run, "run", "--rm", "busybox", "echo", "x").Succeeds().Line);
        Assert.True(Directory.Exists(Path.Combine(root, "images")));
    }

    [Fact]
    public void Options_of_run()
    {
        string file = InWork("env");
        File.WriteAllText(file, "# a comment\nFROM_FILE=1 2\n\n");
        CommandResult all = Sampan.Run("run", "--rm", "--env-file", file, "-e", "X=y z", "-w", "/made", "-u", "33:5", "--hostname", "h", "busybox", "sh", "-c", "echo $FROM_FILE,$X; pwd; id -u; id -g; hostname").Succeeds();
        Assert.Equal("1 2,y z\n/made\n33\n5\nh\n", all.Stdout);
        Assert.Equal("33 33", Sampan.Run("run", "--rm", "-u", "www-data", "busybox", "sh", "-c", "echo $(id -u) $(id -g)").Succeeds().Line);
        Assert.Equal("a b", Sampan.Run("run", "--rm", "--entrypoint", "echo", "busybox", "a", "b").Succeeds().Line);
        Assert.Contains("Read-only file system", Sampan.Run("run", "--rm", "--read-only", "busybox", "touch", "/x").ExitsWith(1).Stderr);
    }

    [Fact]
    public void Rights_can_be_added_and_taken()
    {
        Assert.Contains("CapEff:\t0000000000000000\n", Status("--cap-drop", "ALL"));
        Assert.Contains("CapEff:\t0000000000001000\n", Status("--cap-drop", "all", "--cap-add", "net_admin"));
        Assert.Contains("CapEff:\t00000000800405fa\n", Status("--cap-drop", "CAP_CHOWN"));
        Assert.Contains("NoNewPrivs:\t1\n", Status("--security-opt", "no-new-privileges"));
        Assert.Contains("Seccomp:\t0\n", Status("--security-opt", "seccomp=unconfined"));
        string privileged = Status("--privileged");
        Assert.Contains("Seccomp:\t0\n", privileged);
        string bounding = File.ReadAllLines("/proc/self/status").Single(l => l.StartsWith("CapBnd:", StringComparison.Ordinal));
        Assert.Contains(bounding + "\n", privileged);
        // An ordinary user has none, whatever the container may.
        Assert.Contains("CapEff:\t0000000000000000\n", Status("-u", "1000"));

        string Status(params string[] options) => Sampan.Run(["run", "--rm", .. options, "busybox", "cat", "/proc/self/status"]).Succeeds().Stdout;
    }

    [Fact]
    public void Networks_none_host_and_the_default()
    {
        Assert.Equal("lo", Sampan.Run("run", "--rm", "--network", "none", "busybox", "ls", "/sys/class/net").Succeeds().Line);
        Assert.Contains("127.0.0.1", Sampan.Run("run", "--rm", "busybox", "ip", "addr", "show", "lo").Succeeds().Stdout);
        Assert.Equal(Machine.ReadLink("/proc/self/ns/net"), Sampan.Run("run", "--rm", "--network", "host", "busybox", "readlink", "/proc/self/ns/net").Succeeds().Line);
        Assert.NotEqual(Machine.ReadLink("/proc/self/ns/net"), Sampan.Run("run", "--rm", "busybox", "readlink", "/proc/self/ns/net").Succeeds().Line);
    }

    [Fact]
    public void Limits_are_the_kernels()
    {
        Machine.RequireController("pids");
        string id = Sampan.RunDetached("--pids-limit", "20", "--cpus", "0.5", "--cpu-shares", "256", "-m", "50m", "busybox", "sleep", "1000");
        Assert.Equal("20", Sampan.Inspect(id, "HostConfig.PidsLimit"));
        Assert.Equal("500000000", Sampan.Inspect(id, "HostConfig.NanoCpus"));
        Assert.Contains("can't fork", Sampan.Run("exec", id, "sh", "-c", "for i in $(seq 30); do sleep 5 >/dev/null 2>&1 & done").Stderr);
    }

    [Fact]
    public void Ps_lists_as_docker_does()
    {
        string id = Sampan.RunDetached("--name", "one", "busybox", "sleep", "1000");
        Assert.Matches("^[0-9a-f]{64}$", id);
        string[] lines = Sampan.Run("ps").Succeeds().Lines;
        Assert.Matches(@"^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$", lines[0]);
        Assert.Matches($@"^{id[..12]} +busybox +""sleep 1000"" +.* ago +Up .* +one$", lines[1]);
        Assert.Equal(id[..12], Sampan.Run("ps", "-q").Succeeds().Line);
        Assert.Equal(id, Sampan.Run("ps", "-q", "--no-trunc").Succeeds().Line);
        // By name, by id, by the start of an id.
        Assert.Equal(id, Sampan.Inspect("one", "Id"));
        Assert.Equal(id, Sampan.Inspect(id[..6], "Id"));
    }

    [Fact]
    public void Logs_follow_and_tail()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "echo 1");
        string again = Sampan.RunDetached("busybox", "sh", "-c", "echo 1; echo 2; sleep 1; echo 3");
        Child follow = Sampan.Start("logs", "-f", again);
        follow.WaitFor("2\n");
        Assert.Equal("1\n2\n3\n", follow.Finish().Succeeds().Stdout);
        Assert.Equal("2\n3\n", Sampan.Run("logs", "--tail", "2", again).Succeeds().Stdout);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z 1\n", Sampan.Run("logs", "-t", again).Succeeds().Stdout);
        Sampan.WaitForStatus(id, "exited");
    }

    [Fact]
    public void Containers_outlive_the_command_line()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "sleep 0.5; echo late; exit 4");
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("4", Sampan.Inspect(id, "State.ExitCode"));
        Assert.Equal("late\n", Sampan.Run("logs", id).Succeeds().Stdout);
    }

    [Fact]
    public void Start_runs_a_container_again_on_its_own_files()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "echo x >> /count; wc -l < /count");
        Sampan.WaitForStatus(id, "exited");
        Sampan.Run("start", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("1\n2\n", Sampan.Run("logs", id).Succeeds().Stdout);
    }

    [Fact]
    public void Exec_options()
    {
        string id = Sampan.RunDetached("-e", "A=1", "busybox", "sleep", "1000");
        Assert.Equal("1 2 /etc 33", Sampan.Run("exec", "-e", "B=2", "-w", "/etc", "-u", "33", id, "sh", "-c", "echo $A $B $(pwd) $(id -u)").Succeeds().Line);
        Assert.Equal("typed", Sampan.RunWithInput("typed", "exec", "-i", id, "cat").Succeeds().Stdout);
        Sampan.Run("exec", id, "sh", "-c", "exit 7").ExitsWith(7);
        Sampan.Run("exec", id, "no-such-command").FailsWith(127, "no-such-command");
        Sampan.Run("exec", id, "/etc/passwd").FailsWith(126, "/etc/passwd");
        string status = Sampan.Run("exec", id, "cat", "/proc/self/status").Succeeds().Stdout;
        Assert.Contains("CapEff:\t00000000800405fb\n", status);
        Assert.Contains("CapInh:\t0000000000000000\n", status);
        Assert.Contains("Seccomp:\t2\n", status);
    }

    [Fact]
    public void Kill_sends_the_signal_asked_for()
    {
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        Sampan.Run("kill", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("137", Sampan.Inspect(id, "State.ExitCode"));
        string handled = Sampan.RunDetached("busybox", "sh", "-c", "trap 'exit 3' HUP; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", handled).Stdout == "up\n", Child.Limit));
        Sampan.Run("kill", "-s", "HUP", handled).Succeeds();
        Sampan.WaitForStatus(handled, "exited");
        Assert.Equal("3", Sampan.Inspect(handled, "State.ExitCode"));
    }

    [Fact]
    public void Many_at_once()
    {
        Sampan.Run("run", "--rm", "busybox", "true").Succeeds();
        Child[] all = [.. Enumerable.Range(0, 12).Select(i => Sampan.Start("run", "--rm", "busybox", "echo", $"number {i}"))];
        for (int i = 0; i < all.Length; i++)
            Assert.Equal($"number {i}", all[i].Finish().Succeeds().Line);
    }

    [Fact]
    public void Many_at_once_on_an_empty_store()
    {
        Cli fresh = NewSampan();
        Child[] all = [.. Enumerable.Range(0, 4).Select(i => fresh.Start("run", "--rm", "busybox", "echo", $"number {i}"))];
        for (int i = 0; i < all.Length; i++)
            Assert.Equal($"number {i}", all[i].Finish().Succeeds().Line);
    }
}
