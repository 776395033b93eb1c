using System.Security.Cryptography;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary><c>--init</c>: a first process that reaps and passes signals on.</summary>
public sealed class InitTests : RootTest
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public void The_exit_code_is_the_programs(string script, int code)
        => Sampan.Run("run", "--rm", "--init", "busybox", "sh", "-c", script).ExitsWith(code);

    [Fact]
    public void It_is_the_first_process_and_the_program_its_child()
    {
        string id = Sampan.RunDetached("--init", "busybox", "sleep", "1000");
        Assert.Equal("/sbin/docker-init -- sleep 1000 ", Sampan.Run("exec", id, "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline").Succeeds().Stdout);
        Assert.Equal("sleep", Sampan.Inspect(id, "Path"));
        Assert.Equal("True", Sampan.Inspect(id, "HostConfig.Init"));
    }

    [Fact]
    public void Orphans_are_reaped()
    {
        string id = Sampan.RunDetached("--init", "busybox", "sh", "-c", "for i in 1 2 3 4 5; do (sleep 0.1 & echo made) ; done; exec sleep 1000");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout.Length == 25, Child.Limit));
        Assert.True(SpinWait.SpinUntil(() => Processes() == 2, Child.Limit), "zombies stay");

        // Of the container: the first one and its program.
        int Processes() => Directory.GetDirectories($"/proc/{Sampan.Inspect(id, "State.Pid")}/root/proc").Count(d => int.TryParse(Path.GetFileName(d), out _));
    }

    [Fact]
    public void Signals_reach_the_program_that_would_not_have_them_as_the_first()
    {
        // As PID 1 it would not be ended by a signal that it does not handle.
        string id = Sampan.RunDetached("--init", "busybox", "sh", "-c", "echo up; exec sleep 1000");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        Assert.True(Sampan.Run("stop", id).Succeeds().Elapsed < TimeSpan.FromSeconds(8), "the stop signal did not reach it");
        Assert.Equal("143", Sampan.Inspect(id, "State.ExitCode"));
        string traps = Sampan.RunDetached("--init", "busybox", "sh", "-c", "trap 'echo usr1' USR1; trap 'exit 7' HUP; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", traps).Stdout == "up\n", Child.Limit));
        Sampan.Run("kill", "-s", "USR1", traps).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", traps).Stdout == "up\nusr1\n", Child.Limit));
        Sampan.Run("kill", "-s", "HUP", traps).Succeeds();
        Sampan.WaitForStatus(traps, "exited");
        Assert.Equal("7", Sampan.Inspect(traps, "State.ExitCode"));
    }

    [Fact]
    public void A_terminal_is_the_programs()
    {
        Child run = Sampan.StartOnTerminal("run", "--init", "-it", "--rm", "busybox", "sh");
        run.WaitFor("# ");
        run.Write("sleep 1000; echo slept $?\r");
        run.WaitFor("slept $?\r\n");
        Thread.Sleep(100);
        run.Write("\u0003");
        run.WaitFor("# ");
        run.Write("exit 3\r");
        run.Finish().ExitsWith(3);
    }

    [Theory]
    [InlineData("no-such-command", 127)]
    [InlineData("/etc", 126)]
    public void What_cannot_be_run_has_Dockers_codes(string program, int code)
        => Sampan.Run("run", "--rm", "--init", "busybox", program).ExitsWith(code).SaysOneLine(program);

    [Fact]
    public void The_hosts_file_is_out_of_reach()
    {
        string program = Path.Combine(Machine.Programs, "sampan-init");
        byte[] before = SHA256.HashData(File.ReadAllBytes(program));
        // Everything a container may be given: it owns its mounts, and may make them writable.
        CommandResult result = Sampan.Run("run", "--rm", "--init", "--privileged", "busybox", "sh", "-c",
            "mount -o remount,bind,rw /sbin/docker-init; cp /bin/true /tmp/x; cat /tmp/x >/sbin/docker-init; umount /sbin/docker-init; echo x >/proc/1/exe; echo tried");
        Assert.Contains("tried", result.Stdout, StringComparison.Ordinal);
        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(program)));
        Assert.Contains("Read-only", Sampan.Run("run", "--rm", "--init", "busybox", "sh", "-c", "echo x >/proc/1/exe; echo x >/sbin/docker-init").Stderr, StringComparison.Ordinal);
        Sampan.Run("run", "--rm", "--init", "busybox", "true").Succeeds();
    }

    [Fact]
    public void With_a_user_namespace_a_read_only_root_and_the_hosts_processes()
    {
        Sampan.Run("run", "--rm", "--init", "--read-only", "busybox", "sh", "-c", "exit 4").ExitsWith(4);
        Sampan.Run("run", "--rm", "--init", "--userns", "auto", "--user", "1000", "busybox", "sh", "-c", "exit 4").ExitsWith(4);
        Sampan.Run("run", "--rm", "--init", "--pid", "host", "busybox", "sh", "-c", "exit 4").ExitsWith(4);
    }
}
