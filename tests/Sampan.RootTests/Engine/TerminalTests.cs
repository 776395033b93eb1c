using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary><c>-it</c>: a real terminal on both sides.</summary>
public sealed class TerminalTests : RootTest
{
    [Fact]
    public void Size_and_resizing()
    {
        Child run = Sampan.StartOnTerminal("run", "-it", "--rm", "busybox", "sh");
        run.WaitFor("# ");
        run.Write("stty size\r");
        run.WaitFor("24 80");
        run.Terminal!.Resize(132, 43);
        run.Write("sleep 0.3; stty size\r");
        run.WaitFor("43 132");
        run.Write("test -t 0 && test -t 1 && test -t 2 && tty\r");
        run.WaitFor("/dev/pts/0");
        run.Write("exit 6\r");
        run.Finish().ExitsWith(6);
    }

    [Fact]
    public void Ctrl_C_reaches_the_container_and_not_the_client()
    {
        Child run = Sampan.StartOnTerminal("run", "-it", "--rm", "busybox", "sh");
        run.WaitFor("# ");
        run.Write("sleep 1000; echo slept $?\r");
        run.WaitFor("slept $?\r\n");
        Thread.Sleep(100);                                     // the shell starts sleep
        run.Write("\u0003");
        run.WaitFor("# ");
        run.Write("exit\r");
        run.Finish().ExitsWith(130);
    }

    [Fact]
    public void The_terminal_is_raw_meanwhile_and_restored_whatever_happens()
    {
        string fresh;
        using (var other = Pty.Open(80, 24))
            fresh = other.Settings;

        Child ends = Sampan.StartOnTerminal("run", "-it", "--rm", "busybox", "sh");
        ends.WaitFor("# ");
        Assert.NotEqual(fresh, ends.Terminal!.Settings);
        ends.Write("exit\r");
        Exited(ends);
        Assert.Equal(fresh, ends.Terminal.Settings);
        ends.Finish();

        Child signalled = Sampan.StartOnTerminal("run", "-it", "--name", "left", "busybox", "sh");
        signalled.WaitFor("# ");
        Sampan.Run("kill", "left").Succeeds();
        Exited(signalled);
        Assert.Equal(fresh, signalled.Terminal!.Settings);

        Child refused = Sampan.StartOnTerminal("run", "-it", "--rm", "busybox", "no-such-command");
        Exited(refused);
        Assert.Equal(fresh, refused.Terminal!.Settings);
        refused.Finish().ExitsWith(127);
    }

    [Fact]
    public void Detach_keys_leave_the_container_running()
    {
        Child run = Sampan.StartOnTerminal("run", "-it", "--name", "kept", "busybox", "sh");
        run.WaitFor("# ");
        run.Write("\u0010\u0011");                             // Ctrl-P Ctrl-Q
        run.Finish().Succeeds();
        Assert.Equal("running", Sampan.Inspect("kept", "State.Status"));
        Assert.Equal("1", Sampan.Run("exec", "kept", "sh", "-c", "ps | grep -c ' sh$'").Succeeds().Line);
    }

    [Fact]
    public void Exec_has_a_terminal_of_its_own()
    {
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        Child exec = Sampan.StartOnTerminal("exec", "-it", id, "sh");
        exec.WaitFor("# ");
        exec.Terminal!.Resize(100, 30);
        exec.Write("sleep 0.3; stty size; tty\r");
        exec.WaitFor("30 100");
        exec.WaitFor("/dev/pts/");
        exec.Write("exit 8\r");
        exec.Finish().ExitsWith(8);
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
    }

    [Fact]
    public void A_terminal_is_not_made_of_a_pipe()
        => Sampan.Run("run", "--rm", "-it", "busybox", "true").ExitsWith(1).SaysOneLine("tty");

    [Fact]
    public void Without_a_terminal_bytes_pass_as_they_are()
    {
        Child run = Sampan.Start("run", "-i", "--rm", "busybox", "sh", "-c", "cat; echo done >&2");
        run.Write("one\ntwo\r\u0003\u0010\u0011");
        CommandResult result = run.Finish().Succeeds();
        Assert.Equal("one\ntwo\r\u0003\u0010\u0011", result.Stdout);
        Assert.Equal("done\n", result.Stderr);
    }

    [Fact]
    public void Much_output_arrives_whole()
        => Assert.Equal(20_000_000, Sampan.Run("run", "--rm", "busybox", "sh", "-c", "head -c 20000000 /dev/zero | tr '\\0' x").Succeeds().Stdout.Length);

    [Fact]
    public void A_signal_to_the_client_reaches_the_container()
    {
        Child run = Sampan.Start("run", "--rm", "busybox", "sh", "-c", "trap 'echo heard; exit 9' TERM; echo up; while :; do sleep 0.05; done");
        run.WaitFor("up");
        run.Signal(15);
        run.WaitFor("heard");
        run.Finish().ExitsWith(9);
    }

    private static void Exited(Child child) => Assert.True(SpinWait.SpinUntil(() => child.HasExited, Child.Limit), "still running");
}
