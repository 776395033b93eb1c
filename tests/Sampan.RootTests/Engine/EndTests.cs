using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>How a container ends, or goes on, when something around it fails; and what is told of that.</summary>
public sealed class EndTests : RootTest
{
    [Theory]
    [InlineData("exit 7", "7")]
    [InlineData("exit 137", "137")]
    public void The_exit_is_told(string script, string code)
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", script);
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal(code, Sampan.Inspect(id, "State.ExitCode"));
        Assert.Equal("False", Sampan.Inspect(id, "State.OOMKilled"));
        Assert.Matches($@"^Exited \({code}\) .* ago$", Sampan.Run("ps", "-a", "--format", "{{.Status}}").Succeeds().Line);
        Assert.True(DateTimeOffset.Parse(Sampan.Inspect(id, "State.FinishedAt"), CultureInfo.InvariantCulture) >= DateTimeOffset.Parse(Sampan.Inspect(id, "State.StartedAt"), CultureInfo.InvariantCulture));
        Assert.DoesNotContain("\"Signal\"", Sampan.Run("inspect", id).Succeeds().Stdout, StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_is_told()
    {
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        Sampan.Run("kill", id).Succeeds();
        Assert.Equal("9", Sampan.Inspect(id, "State.Signal"));
        Assert.Equal("137", Sampan.Inspect(id, "State.ExitCode"));
    }

    [Fact]
    public void Out_of_memory_is_told()
    {
        Machine.RequireController("memory");
        string id = Sampan.RunDetached("-m", "16m", "--memory-swap", "16m", "busybox", "sh", "-c", "x=x; while :; do x=$x$x; done");
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("True", Sampan.Inspect(id, "State.OOMKilled"));
        Assert.Equal("137", Sampan.Inspect(id, "State.ExitCode"));
    }

    [Fact]
    public void A_log_on_a_full_disk_does_not_stop_the_container()
    {
        string id = Sampan.Run("create", "busybox", "sh", "-c", "echo lost; sleep 0.3; echo lost too; exit 4").Succeeds().Line;
        string log = Sampan.Inspect(id, "LogPath");
        // /dev/full: every write to it is one to a full disk.
        Host("mknod", log, "c", "1", "7").Succeeds();
        Assert.Equal("lost\nlost too\n", Sampan.Run("start", "-a", id).ExitsWith(4).Stdout);
        Assert.Contains("no space left", Sampan.Inspect(id, "State.Error"), StringComparison.OrdinalIgnoreCase);
        File.Delete(log);
    }

    [Fact]
    public void A_client_killed_with_its_terminal_leaves_the_container()
    {
        Child run = Sampan.StartOnTerminal("run", "-it", "--name", "stays", "busybox", "sh");
        run.WaitFor("# ");
        run.Signal(9);
        Assert.True(SpinWait.SpinUntil(() => run.HasExited, Child.Limit));
        Assert.Equal("running", Sampan.Inspect("stays", "State.Status"));
        Child again = Sampan.StartOnTerminal("attach", "stays");
        again.Write("echo back; exit 5\r");
        again.WaitFor("back\r\n");
        again.Finish().ExitsWith(5);
    }

    [Fact]
    public void A_terminal_that_vanishes_leaves_the_container()
    {
        Child run = Sampan.StartOnTerminal("run", "-it", "--name", "stays", "busybox", "sh", "-c", "trap 'echo hung up; exit 1' HUP; echo up; while :; do sleep 0.05; done");
        run.WaitFor("up\r\n");
        run.Signal(1);                                         // what the kernel sends then
        run.Finish().ExitsWith(129);
        Assert.Equal("running", Sampan.Inspect("stays", "State.Status"));
        Assert.DoesNotContain("hung up", Sampan.Run("logs", "stays").Stdout, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop", "-t", "10")]
    [InlineData("kill")]
    [InlineData("restart", "-t", "10")]
    [InlineData("rm", "-f")]
    public void One_that_stands_still_can_be_ended(params string[] verb)
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "trap 'exit 5' TERM; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        Sampan.Run("pause", id).Succeeds();
        Assert.True(Sampan.Run([.. verb, id]).Succeeds().Elapsed < TimeSpan.FromSeconds(9), "the signal did not reach it");
        if (verb[0] == "stop")
            Assert.Equal("5", Sampan.Inspect(id, "State.ExitCode"));
        if (verb[0] == "restart")
            Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
    }

    [Fact]
    public void A_reader_that_goes_away_leaves_the_container()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "while :; do echo line; sleep 0.02; done");
        CommandResult result = Host("sh", "-c", $"SAMPAN_ROOT={Sampan.Store.Root} SAMPAN_RUNROOT={Sampan.Store.RunRoot} {Path.Combine(Machine.Programs, "sampan")} attach {id} | head -n 3").Succeeds();
        Assert.Equal("line\nline\nline\n", result.Stdout);
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
    }

    [Fact]
    public void A_killed_monitor_leaves_a_container_that_can_be_seen_and_ended()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done");
        KillMonitor(id);
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
        Sampan.Run("attach", id).FailsWith(1, "its monitor was killed");
        Sampan.Run("rm", id).FailsWith(1, "is running");
        Sampan.Run("stop", "-t", "5", id).Succeeds();
        Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
        Assert.Equal("255", Sampan.Inspect(id, "State.ExitCode"));
        Assert.Contains("not seen", Sampan.Inspect(id, "State.Error"), StringComparison.Ordinal);
        Sampan.Run("start", id).Succeeds();
        KillMonitor(id);
        Sampan.Run("rm", "-f", id).Succeeds();
        Sampan.Run("inspect", id).ExitsWith(1).SaysOneLine(id);
    }

    [Theory]
    [InlineData("container")]
    [InlineData("conmon")]
    [InlineData("healthy")]
    [InlineData("ignore")]
    public void A_service_manager_is_told(string mode)
    {
        string path = InWork("notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(path));
        manager.ReceiveTimeout = (int)Child.Limit.TotalMilliseconds;
        Sampan.Environment["NOTIFY_SOCKET"] = path;
        string[] health = mode == "healthy" ? ["--health-cmd", "test -e /tmp/well", "--health-interval", "100ms"] : [];
        string id = Sampan.RunDetached(["--sdnotify", mode, .. health, "busybox", "sh", "-c", "echo [$NOTIFY_SOCKET]; sleep 1000"]);
        Sampan.Environment.Remove("NOTIFY_SOCKET");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout.EndsWith("]\n", StringComparison.Ordinal), Child.Limit));
        Assert.Equal(mode == "container" ? "[/run/notify/notify.sock]\n" : "[]\n", Sampan.Run("logs", id).Stdout);
        if (mode == "container")
        {
            // Past the monitor's executing itself again.
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{Monitor(id)}/cmdline").Contains("--resume", StringComparison.Ordinal), Child.Limit));
            using var program = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            program.SendTo(Encoding.UTF8.GetBytes("READY=1\nSTATUS=well"), new UnixDomainSocketEndPoint($"/proc/{Sampan.Inspect(id, "State.Pid")}/root/run/notify/notify.sock"));
            Assert.Equal("READY=1\nSTATUS=well\n", Receive(manager));
            Assert.Equal($"MAINPID={Monitor(id)}\n", Receive(manager));
        }
        else if (mode == "conmon")
            Assert.Equal($"MAINPID={Monitor(id)}\nREADY=1\n", Receive(manager));
        else if (mode == "healthy")
        {
            Thread.Sleep(400);
            Assert.Equal(0, manager.Available);
            Sampan.Run("exec", id, "touch", "/tmp/well").Succeeds();
            Assert.Equal($"MAINPID={Monitor(id)}\nREADY=1\n", Receive(manager));
        }
        else
            Assert.Equal(0, manager.Available);
    }

    [Fact]
    public void Notification_of_health_that_is_not_checked_makes_no_sense()
        => Sampan.Run("run", "--sdnotify", "healthy", "busybox", "true").ExitsWith(125).SaysOneLine("healthcheck");

    [Fact]
    public void Waiting_for_this_and_that()
    {
        string id = Sampan.Run("create", "--health-cmd", "test -e /tmp/well", "--health-interval", "100ms", "busybox", "sh", "-c", "trap 'exit 6' TERM; while :; do sleep 0.05; done").Succeeds().Line;
        Child running = Sampan.Start("wait", "--condition", "running", id), next = Sampan.Start("wait", "--condition", "next-exit", id);
        Child removed = Sampan.Start("wait", "--condition", "removed", id);
        Assert.Equal("0", Sampan.Run("wait", id).Succeeds().Line);
        Assert.False(running.HasExited);
        Sampan.Run("start", id).Succeeds();
        Assert.Equal("-1", running.Finish().Succeeds().Line);
        Child healthy = Sampan.Start("wait", "--condition", "healthy", id);
        Sampan.Run("exec", id, "touch", "/tmp/well").Succeeds();
        Assert.Equal("-1", healthy.Finish().Succeeds().Line);
        Child unhealthy = Sampan.Start("wait", "--condition", "unhealthy", id);
        Thread.Sleep(100);
        Assert.False(next.HasExited);
        Sampan.Run("stop", id).Succeeds();
        Assert.Equal("6", next.Finish().Succeeds().Line);
        unhealthy.Finish().FailsWith(1, "never becomes unhealthy");
        Assert.False(removed.HasExited);
        Sampan.Run("rm", id).Succeeds();
        removed.Finish().Succeeds();
        Sampan.Run("wait", "--condition", "sunny", id).ExitsWith(1).SaysOneLine("sunny");
    }

    private static string Receive(Socket socket)
    {
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }

    private void KillMonitor(string id)
    {
        int monitor = Monitor(id);
        Sys.Call(SyscallNumber.kill, monitor, 9);
        // Reaped by the harness, whose orphan it is.
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{monitor}"), Child.Limit));
    }

    private int Monitor(string id)
        => int.Parse(File.ReadAllLines($"/proc/{Sampan.Inspect(id, "State.Pid")}/status").Single(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..], CultureInfo.InvariantCulture);
}
