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
        Assert.Matches(@"^runc version \d+\.\d+\.\d+\nspec: 1\.3\.0\n$", Host(link, "--version").Succeeds().Stdout);
    }
}
