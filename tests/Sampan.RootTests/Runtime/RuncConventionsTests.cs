using Sampan.Linux;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>What runc's callers count on beyond the specification.</summary>
public sealed class RuncConventionsTests : RootTest
{
    [Fact]
    public void Of_a_variable_given_twice_the_last_counts_and_it_is_there_once()
        => Assert.Equal(["HOME=/root", "ONE=", "PATH=/bin"], Runtime.Shell("exec env", s => s.Process!.Env = ["ONE=two", "ONE=", "PATH=/bin"]).Succeeds().Stdout
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => !l.StartsWith("SHLVL", StringComparison.Ordinal) && !l.StartsWith("PWD", StringComparison.Ordinal)).Order());

    [Theory]
    [InlineData("/root", "HOME=")]
    [InlineData("/root", "HOME=/override", "HOME=")]
    [InlineData("/override", "HOME=", "HOME=/override")]
    public void An_empty_HOME_is_none(string home, params string[] env)
        => Assert.Equal(home, Runtime.Shell("echo $HOME", s => s.Process!.Env = [.. env]).Succeeds().Line);

    [Fact]
    public void Exec_ends_with_255_when_the_program_cannot_be_run()
    {
        string id = Runtime.RunDetached();
        Runtime.Run("exec", id, "no-such-program").FailsWith(255, "no-such-program", "executable file not found in $PATH");
        Runtime.Run("exec", id, "/etc").FailsWith(255, "/etc", "permission denied");
    }

    [Fact]
    public void Exec_with_ignore_paused_waits_until_the_container_is_resumed()
    {
        string id = Runtime.RunDetached();
        Runtime.Run("pause", id).Succeeds();
        Runtime.Run("exec", id, "echo", "ok").FailsWith(255, "cannot exec in a paused container", "--ignore-paused");
        Child exec = Runtime.Start("exec", "--ignore-paused", id, "echo", "ok");
        Runtime.Run("resume", id).Succeeds();
        Assert.Equal("ok", exec.Finish().Succeeds().Line);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_capability_of_exec_is_ambient_where_the_container_has_inheritable_ones(bool inheritable)
    {
        string id = Runtime.RunDetached(change: s => s.Process!.Capabilities = new LinuxCapabilities
        {
            Bounding = ["CAP_KILL", "CAP_CHOWN"], Permitted = ["CAP_KILL", "CAP_CHOWN"], Effective = ["CAP_KILL"],
            Inheritable = inheritable ? ["CAP_CHOWN"] : null,
        });
        Assert.Equal(inheritable ? "CapAmb:\t0000000000000001" : "CapAmb:\t0000000000000000",
            Runtime.Run("exec", "--cap", "CAP_CHOWN", id, "grep", "CapAmb", "/proc/self/status").Succeeds().Line);
    }

    [Fact]
    public void The_pidfd_socket_receives_the_programs_pidfd()
    {
        string path = InWork("pidfd.sock"), id = Runtime.NewId();
        using var socket = UnixSocket.Listen(Path.GetDirectoryName(path)!, Path.GetFileName(path), blocking: true);
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["sleep", "1000"]);
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, "--pidfd-socket", path, id).Succeeds();
        using var connection = new SocketFd((int)LinuxException.Check(Sys.Call(SyscallNumber.accept4, socket.Number, 0, 0, 0x80000), "accept4", path));
        Span<int> received = stackalloc int[1];
        LinuxException.Check(ScmRights.Receive(connection.Number, new byte[64], received, out int count), "recvmsg", path);
        Assert.Equal(1, count);
        using var process = new PidFd(received[0]);
        Assert.Contains($"Pid:\t{Runtime.State(id).Pid}\n", File.ReadAllText($"/proc/self/fdinfo/{process.Number}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$$", "1 1 socket")]
    [InlineData("1", "absent")]
    public void Sockets_that_were_opened_for_it_are_handed_on(string listenPid, string seen)
    {
        string file = InWork("socket");
        File.WriteAllText(file, "socket");
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["sh", "-c", "if [ -n \"$LISTEN_FDS\" ]; then echo $LISTEN_FDS $LISTEN_PID $(cat <&3); else echo absent; fi"]);
        string command = $"exec 3<{file}; export LISTEN_FDS=1 LISTEN_PID={listenPid}; exec {RuntimeCli.Program} --root {Runtime.StateRoot} run --bundle {bundle.Path} {Runtime.NewId()}";
        Assert.Equal(seen, Host("sh", "-c", command).Succeeds().Line);
    }

    /// <summary>A number that the caller has left free may be one of the runtime's own files by then, which is not the container's to have.</summary>
    [Theory]
    [InlineData("", 1, "preserved-fd 1 (of 1): descriptor 3 is not open")]
    [InlineData("3</dev/null", 2, "preserved-fd 2 (of 2): descriptor 4 is not open")]
    [InlineData("4</dev/null", 2, "preserved-fd 1 (of 2): descriptor 3 is not open")]
    public void Descriptors_that_are_not_the_callers_are_not_preserved(string open, int count, string message)
    {
        string running = Runtime.RunDetached();
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["ls", "-l", "/proc/self/fd"]);
        string start = $"exec 3<&- 4<&- 5<&- 6<&- {open}; exec {RuntimeCli.Program} --root {Runtime.StateRoot}";
        string id = Runtime.NewId();
        Host("sh", "-c", $"{start} run --preserve-fds {count} --bundle {bundle.Path} {id} </dev/null").FailsWith(1, message);
        Runtime.Run("state", id).FailsWith(1, "does not exist");
        Host("sh", "-c", $"{start} exec --preserve-fds {count} {running} true </dev/null").FailsWith(255, message);
    }

    [Fact]
    public void A_named_root_that_is_not_there_is_an_error_of_list()
        => Runtime.Run("--root", InWork("nowhere"), "list").FailsWith(1, "nowhere", "no such file or directory");

    [Fact]
    public void A_name_is_taken_once()
        => Runtime.Run("create", "--bundle", Runtime.NewBundle(static s => s.Process!.Terminal = false).Path, Runtime.RunDetached()).FailsWith(1, "container with given ID already exists");

    [Fact]
    public void The_version_comes_with_the_name_it_was_called_by()
    {
        string link = InWork("runc");
        File.CreateSymbolicLink(link, RuntimeCli.Program);
        Assert.Matches(@"^runc version \d+\.\d+\.\d+\ncommit: \S+\nspec: 1\.3\.0\n$", Host(link, "--version").Succeeds().Stdout);
    }

    [Fact]
    public void The_log_is_in_the_form_that_callers_parse()
    {
        string text = InWork("text"), json = InWork("json");
        Runtime.Run("--log", text, "state", "nobody").FailsWith(1, "nobody");
        Runtime.Run("--log", json, "--log-format", "json", "state", "a<b\n").FailsWith(1, "invalid container id");
        Assert.Matches("^time=\"[-0-9T:]+Z\" level=error msg=\"container does not exist: nobody\"\n$", File.ReadAllText(text));
        Assert.Matches(@"^\{""level"":""error"",""msg"":""invalid container id .*a\\u003cb.*"",""time"":""[-0-9T:]+Z""\}\n$", File.ReadAllText(json));
    }

    [Fact]
    public void Debug_lines_go_to_the_log_or_to_standard_error()
    {
        string log = InWork("log"), id = Runtime.RunDetached();
        Assert.Equal("in\n", Runtime.Run("--debug", "--log", log, "exec", id, "echo", "in").Succeeds().Stdout);
        Assert.Matches($"level=debug msg=\"container {id}: process \\d+ runs echo\"\n", File.ReadAllText(log));
        Assert.Matches("level=debug msg=\"exec: ends with 0\"\n$", File.ReadAllText(log));
        Assert.Contains("level=debug msg=\"state: root ", Runtime.Run("--debug", "state", id).Succeeds().Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Exec_into_a_cgroup_below_the_containers()
    {
        string id = Runtime.RunDetached("sleep 1000");
        using var state = System.Text.Json.JsonDocument.Parse(File.ReadAllText($"{Runtime.StateRoot}/{id}/state.json"));
        var paths = state.RootElement.GetProperty("cgroupPaths");
        bool v1 = paths.TryGetProperty("devices", out var path);
        string below = (v1 ? path : paths.GetProperty("")).GetString() + "/below", controller = v1 ? "devices:" : "";
        Directory.CreateDirectory(below);
        try
        {
            Assert.Contains("/below\n", Runtime.Run("exec", "--cgroup", $"{controller}below", id, "cat", "/proc/self/cgroup").Succeeds().Stdout, StringComparison.Ordinal);
            Runtime.Run("exec", "--cgroup", $"{controller}../..", id, "true").FailsWith(255, "bad sub cgroup path");
            Runtime.Run("exec", "--cgroup", $"{controller}nowhere", id, "true").FailsWith(255, " adding pid ", "no such file or directory");
            Runtime.Run("exec", "--cgroup", "nothing:below", id, "true").FailsWith(255, "controller nothing");
            Runtime.Run("exec", "--cgroup", "a:b", "--cgroup", "a:c", id, "true").FailsWith(255, "controller a specified multiple times");
        }
        finally
        {
            Directory.Delete(below);
        }
    }

    [Fact]
    public void A_terminal_that_is_passed_on_ends_lines_with_a_line_feed_alone()
    {
        Bundle bundle = Runtime.NewBundle(static s => (s.Process!.Terminal, s.Process.Args) = (true, ["sh", "-c", "printf 'one\\ntwo\\n'; stty -a; sleep 1000"]));
        string id = Runtime.NewId();
        Child run = Runtime.Start("run", "--bundle", bundle.Path, id);
        Assert.Equal("one\n", run.WaitFor("two\n"));
        string settings = run.WaitFor("echoke");
        Assert.Contains("-onlcr", settings, StringComparison.Ordinal);
        Assert.Equal("a\nb\n", Runtime.Run("exec", "--tty", id, "printf", "a\\nb\\n").Succeeds().Stdout);
        // All else is as the kernel makes a pty.
        using Harness.Pty fresh = Harness.Pty.Open(80, 24);
        Assert.Equal(fresh.Settings.Replace("05000000", "01000000", StringComparison.Ordinal), SettingsInside(id));
        run.Signal(15);
    }

    // struct termios, as Pty.Settings has it.
    private string SettingsInside(string id)
    {
        using var slave = Open.File($"/proc/{Runtime.State(id).Pid}/root/dev/console", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
        LinuxException.Check(Sys.GetTerminal(slave.Number, out termios settings), "ioctl", "TCGETS");
        return Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<termios>(in settings)));
    }

    [Fact]
    public void A_failing_hook_is_told_in_runcs_words()
    {
        Bundle bundle = Runtime.NewBundle(static s => s.Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/bin/true" }, new Hook { Path = "/bin/false" }] });
        Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "error running createRuntime hook #1: ", "exit status 1");
    }

    /// <summary>Standard error is the container's too: where there is a log, warnings are no business of its.</summary>
    [Fact]
    public void Warnings_go_to_the_log_where_there_is_one()
    {
        string log = InWork("warnings");
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["true"];
            s.Mounts!.Add(new Oci.Mount { Destination = "/m", Type = "bind", Source = Work, Options = ["bind", "size=1k"] });
        });
        Assert.Equal("", Runtime.Run("--log", log, "--log-format", "json", "run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stderr);
        Assert.Contains("\"level\":\"warning\",\"msg\":\"mounts[", File.ReadAllText(log));
        Assert.Contains("warning: mounts[", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stderr);
    }

    /// <summary>What ends badly after the container's end is told in the log, too.</summary>
    [Fact]
    public void A_failing_poststop_hook_is_a_warning_in_the_log()
    {
        string log = InWork("poststop");
        Bundle bundle = Runtime.NewBundle(static s =>
        {
            s.Process!.Args = ["true"];
            s.Hooks = new Hooks { Poststop = [new Hook { Path = "/bin/false" }] };
        });
        Assert.Equal("", Runtime.Run("--log", log, "--log-format", "json", "run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stderr);
        Assert.Contains("\"level\":\"warning\",\"msg\":\"hooks.poststop[0]: error running poststop hook #0", File.ReadAllText(log));
        Assert.Contains("warning: hooks.poststop[0]", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stderr);
    }

    [Fact]
    public void Options_may_follow_the_id()
    {
        string id = Runtime.RunDetached();
        Runtime.Run("update", id, "--pids-limit", "77", "--cpu-share=512").Succeeds();
        using var stats = System.Text.Json.JsonDocument.Parse(Runtime.Run("events", id, "--stats").Succeeds().Stdout);
        Assert.Equal(77, stats.RootElement.GetProperty("data").GetProperty("pids").GetProperty("limit").GetInt32());
        Runtime.Run("update", id, "--no-such", "1").FailsWith(1, "exactly 1 argument, got 3");
        Runtime.Run("delete", id, "--force").Succeeds();
        Runtime.Run("nonsense", "-h").FailsWith(1, "No help topic for 'nonsense'");
    }
}
