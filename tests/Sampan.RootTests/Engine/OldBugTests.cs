using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>Mistakes that small container runtimes are known to make; each would be seen by a user.</summary>
public sealed class OldBugTests : RootTest
{
    [Fact]
    public void Exec_on_a_stopped_container_never_runs_on_the_host()
    {
        string id = Sampan.RunDetached("--name", "ended", "busybox", "true");
        Sampan.WaitForStatus(id, "exited");
        string witness = InWork("witness");
        Sampan.Run("exec", id, "sh", "-c", $"echo x > {witness}").FailsWith(1, "ended", "not running");
        Assert.False(File.Exists(witness));
    }

    /// <summary>The recorded pid may be anybody's by now.</summary>
    [Fact]
    public void A_stale_pid_is_never_believed()
    {
        string id = Sampan.RunDetached("--name", "ended", "busybox", "true");
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("0", Sampan.Inspect(id, "State.Pid"));
        Sampan.Run("kill", id).FailsWith(1, "not running");
        Sampan.Run("stop", id).Succeeds();                     // as Docker: it is stopped, which was asked for
    }

    [Fact]
    public void A_container_that_exited_by_itself_is_not_running_and_can_be_removed()
    {
        string id = Sampan.RunDetached("--name", "short", "busybox", "sh", "-c", "exit 3");
        Sampan.WaitForStatus(id, "exited");
        Assert.DoesNotContain("short", Sampan.Run("ps").Succeeds().Stdout);
        Assert.Contains("Exited (3)", Sampan.Run("ps", "-a").Succeeds().Stdout);
        Sampan.Run("rm", "short").Succeeds();
        Assert.Equal(1, Sampan.Run("ps", "-a").Succeeds().Lines.Length);
    }

    /// <summary>Its monitor goes on, and may have no process of the container to kill yet.</summary>
    [Fact]
    public void A_run_that_is_killed_at_any_moment_leaves_nothing_that_rm_cannot_remove()
    {
        Sampan.Run("run", "--rm", "busybox", "true").Succeeds();
        for (int i = 0; i < 60; i++)
        {
            Child run = Sampan.Start("run", "--name", $"killed{i}", "busybox", "sleep", "1000");
            using (var moment = new ManualResetEventSlim())
                moment.Wait(TimeSpan.FromMicroseconds(i * 250));
            run.Signal(9);
            Sampan.Run("rm", "-f", $"killed{i}").Succeeds();
            Assert.True(SpinWait.SpinUntil(() => run.HasExited, Child.Limit));
        }
    }

    [Fact]
    public void A_container_whose_monitor_was_killed_is_not_running()
    {
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        int pid = int.Parse(Sampan.Inspect(id, "State.Pid"));
        int monitor = int.Parse(File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ')[2]);
        Linux.Sys.Call(Linux.SyscallNumber.kill, monitor, 9);
        Linux.Sys.Call(Linux.SyscallNumber.kill, pid, 9);
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{pid}"), Child.Limit));
        Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
        Assert.DoesNotContain(id[..12], Sampan.Run("ps").Succeeds().Stdout);
        Sampan.Run("rm", id).Succeeds();
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    public void The_exit_code_is_the_containers(string command, int code)
        => Assert.Equal(code, Sampan.Run("run", "--rm", "busybox", "sh", "-c", command).ExitCode);

    [Fact]
    public void Limits_never_become_files_in_the_working_directory()
    {
        string here = Path.GetDirectoryName(InWork("cwd/x"))!;
        Keep(Sampan.StartIn(here, "run", "--rm", "-m", "64m", "busybox", "true")).Finish().Succeeds();
        Assert.Empty(Directory.GetFileSystemEntries(here));
    }

    [Fact]
    public void A_limit_is_in_force_or_the_container_does_not_run()
    {
        Machine.RequireController("cpuset");
        string id = Sampan.RunDetached("--cpuset-cpus", "0", "busybox", "sleep", "1000");
        Assert.Matches(@"Cpus_allowed_list:\s*0\n", File.ReadAllText($"/proc/{Sampan.Inspect(id, "State.Pid")}/status"));
        Sampan.Run("run", "--rm", "--cpuset-cpus", "4000", "busybox", "true").FailsWith(125, "cpuset");
    }

    [Fact]
    public void A_damaged_archive_leaves_no_image()
    {
        string damaged = InWork("damaged.tar");
        File.WriteAllBytes(damaged, [.. File.ReadAllBytes(Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar")).Take(100_000)]);
        Sampan.Run("import", damaged, "broken").FailsWith(1, "damaged.tar");
        Assert.DoesNotContain("broken", Sampan.Run("images").Succeeds().Stdout);
        Sampan.Run("run", "--rm", "--pull", "never", "broken", "true").FailsWith(125, "broken");
    }

    [Fact]
    public void A_container_has_few_rights()
    {
        string status = Sampan.Run("run", "--rm", "busybox", "cat", "/proc/self/status").Succeeds().Stdout;
        Assert.Contains("CapInh:\t0000000000000000\n", status);
        Assert.Contains("CapEff:\t00000000800405fb\n", status);       // Docker's fourteen without MKNOD, NET_RAW and AUDIT_WRITE
        Assert.Contains("CapBnd:\t00000000800405fb\n", status);
        Assert.Contains("Seccomp:\t2\n", status);
        CommandResult writes = Sampan.Run("run", "--rm", "busybox", "sh", "-c", "echo x > /proc/sys/kernel/domainname; mount -t tmpfs none /tmp; ls /proc/scsi /sys/firmware");
        Assert.Contains("Read-only file system", writes.Stderr);
        Assert.Contains("permission denied", writes.Stderr, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Devices_and_resolver_files_are_there()
    {
        string text = Sampan.Run("run", "--rm", "busybox", "sh", "-c", "echo x > /dev/null; test -c /dev/null && test -d /dev/pts && test -d /dev/shm && test -d /sys/class && grep -c localhost /etc/hosts && cat /etc/hostname").Succeeds().Stdout;
        Assert.Matches("^[1-9]\n[0-9a-f]{12}\n$", text);
    }

    [Fact]
    public void The_hosts_environment_stays_outside()
    {
        string all = Sampan.Run("run", "--rm", "-e", "MINE=1", "busybox", "env").Succeeds().Stdout;
        Assert.DoesNotContain("HOST_CANARY", all);
        Assert.DoesNotContain("SAMPAN", all);
        Assert.Contains("MINE=1\n", all);
        Assert.Contains("PATH=", all);
        Assert.Contains("HOME=/root\n", all);
        Assert.Matches("HOSTNAME=[0-9a-f]{12}\n", all);
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        Assert.DoesNotContain("HOST_CANARY", Sampan.Run("exec", id, "env").Succeeds().Stdout);
        // A name without a value is the one way in, and only for the name given.
        Assert.Contains("HOST_CANARY=of the host\n", Sampan.Run("run", "--rm", "-e", "HOST_CANARY", "busybox", "env").Succeeds().Stdout);
    }

    [Fact]
    public void Arguments_are_passed_on_untouched()
    {
        Assert.Equal("a  b\n", Sampan.Run("run", "--rm", "busybox", "sh", "-c", "echo 'a  b'").Succeeds().Stdout);
        Assert.Equal("<a  b><--><--rm><-it><@x><><-v>", Sampan.Run("run", "--rm", "busybox", "printf", "<%s>", "a  b", "--", "--rm", "-it", "@x", "", "-v").Succeeds().Stdout);
        Assert.Equal("0\n", Sampan.Run("run", "--rm", "busybox", "sh", "-v", "-c", "echo $#").Succeeds().Stdout);
    }

    [Fact]
    public void Both_streams_are_in_the_logs_and_nothing_else()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "echo out; echo err >&2; printf unfinished");
        Sampan.WaitForStatus(id, "exited");
        CommandResult logs = Sampan.Run("logs", id).Succeeds();
        Assert.Equal("out\nunfinished", logs.Stdout.TrimEnd('\n'));
        Assert.Equal("err\n", logs.Stderr);
        // A second start adds to them.
        Sampan.Run("start", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal(2, Sampan.Run("logs", id).Succeeds().Stdout.Split("out").Length - 1);
    }

    [Fact]
    public void A_name_is_given_once()
    {
        string id = Sampan.RunDetached("--name", "taken", "busybox", "sleep", "1000");
        Sampan.Run("run", "--name", "taken", "busybox", "true").FailsWith(125, "taken");
        Assert.Equal("1", Sampan.Run("ps", "-aq").Succeeds().Lines.Length.ToString());
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
    }

    [Theory]
    [InlineData("../../escape")]
    [InlineData("/absolute")]
    [InlineData("a b")]
    [InlineData("-x")]
    [InlineData("..")]
    public void A_name_that_is_a_path_is_refused(string name)
    {
        Sampan.Run("run", "--name=" + name, "busybox", "true").FailsWith(125, name);
        Sampan.Run("rm", "--", "../" + Path.GetFileName(Work)).FailsWith(1, Path.GetFileName(Work));
        Assert.True(Directory.Exists(Work));
    }

    [Fact]
    public void A_volume_may_cover_what_the_image_has_and_there_may_be_many()
    {
        string one = InWork("one/file"), two = InWork("two/file");
        File.WriteAllText(one, "1");
        File.WriteAllText(two, "2");
        Assert.Equal("12", Sampan.Run("run", "--rm", "-v", $"{Path.GetDirectoryName(one)}:/etc", "-v", $"{two}:/one/file/deep:ro", "busybox", "cat", "/etc/file", "/one/file/deep").Succeeds().Stdout);
        CommandResult readOnly = Sampan.Run("run", "--rm", "-v", $"{Path.GetDirectoryName(two)}:/data:ro", "busybox", "touch", "/data/x").ExitsWith(1);
        Assert.Contains("Read-only file system", readOnly.Stderr);
    }

    [Fact]
    public void A_commit_holds_the_containers_changes_and_no_volume()
    {
        string volume = InWork("volume/of-the-host");
        File.WriteAllText(volume, "");
        string id = Sampan.RunDetached("-v", $"{Path.GetDirectoryName(volume)}:/data", "busybox", "sh", "-c", "echo kept > /kept; rm /etc/shadow");
        Sampan.WaitForStatus(id, "exited");
        Sampan.Run("commit", id, "committed").Succeeds();
        Assert.Equal("kept\n", Sampan.Run("run", "--rm", "committed", "sh", "-c", "cat /kept; ls /data; ls /etc/shadow 2>/dev/null").Stdout);
        // Committed again under the same name, the name means the newer one.
        string again = Sampan.RunDetached("busybox", "sh", "-c", "echo newer > /kept");
        Sampan.WaitForStatus(again, "exited");
        Sampan.Run("commit", again, "committed").Succeeds();
        Assert.Equal("newer\n", Sampan.Run("run", "--rm", "committed", "cat", "/kept").Succeeds().Stdout);
    }

    [Fact]
    public void A_running_container_is_not_started_twice_nor_removed_without_force()
    {
        string id = Sampan.RunDetached("--name", "busy", "busybox", "sleep", "1000");
        string pid = Sampan.Inspect(id, "State.Pid");
        Sampan.Run("start", id).Succeeds();                    // as Docker: it runs, which was asked for
        Assert.Equal(pid, Sampan.Inspect(id, "State.Pid"));
        Sampan.Run("rm", id).FailsWith(1, "busy", "running");
        Sampan.Run("rm", "-f", id).Succeeds();
    }

    [Fact]
    public void Stop_is_gentle_first()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.05; done");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("logs", id).Stdout == "up\n", Child.Limit));
        CommandResult stop = Sampan.Run("stop", id).Succeeds();
        Assert.InRange(stop.Elapsed.TotalSeconds, 0, 5);
        Assert.Equal("5", Sampan.Inspect(id, "State.ExitCode"));
        Assert.Equal("up\nbye\n", Sampan.Run("logs", id).Succeeds().Stdout);

        string deaf = Sampan.RunDetached("busybox", "sleep", "1000");      // PID 1 without a handler hears no SIGTERM
        stop = Sampan.Run("stop", "-t", "1", deaf).Succeeds();
        Assert.InRange(stop.Elapsed.TotalSeconds, 0.9, 6);
        Assert.Equal("137", Sampan.Inspect(deaf, "State.ExitCode"));
    }
}
