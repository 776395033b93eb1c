using System.Text;
using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>What a container's program tells by sd_notify(3) comes to who started the runtime with NOTIFY_SOCKET, in runc's way.</summary>
public sealed class NotifyTests : RootTest
{
    // busybox has no program that sends a datagram: the host sends through the container's own mount, as a process in it would.
    private const string Show = "echo $NOTIFY_SOCKET; stat -c %F $NOTIFY_SOCKET; while [ ! -e /go ]; do sleep 0.02; done; exit 3";

    [Fact]
    public void In_the_foreground_all_but_pids_is_passed_on_and_the_runtime_is_the_main_process()
    {
        using SocketFd host = Listen();
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["sh", "-c", Show]);
        string id = Runtime.NewId();
        Child run = Keep(StartWithSocket("run", "--bundle", bundle.Path, id));
        run.WaitFor("/run/notify/notify.sock\nsocket\n");
        Send(id, "READY=1\nMAINPID=7\n");
        Assert.Equal("READY=1\n", Next(host));
        Assert.Equal($"MAINPID={run.Pid}\n", Next(host));
        Send(id, "STATUS=on its way");
        Assert.Equal("STATUS=on its way\n", Next(host));
        Send(id, "STOPPING=1\n");
        Assert.Equal("STOPPING=1\n", Next(host));
        File.WriteAllText(Path.Combine(bundle.Rootfs, "go"), "");
        run.Finish().ExitsWith(3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_and_a_detached_run_return_when_the_program_is_ready(bool create)
    {
        using SocketFd host = Listen();
        string id = Runtime.NewId();
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["sleep", "1000"]);
        if (create)
            Child.RunIntoFile(RuntimeCli.Program, ["--root", Runtime.StateRoot, "create", "--bundle", bundle.Path, id], WithSocket, Runtime.OutputOf(id)).Succeeds();
        Task<CommandResult> waiting = Task.Run(() => Child.RunIntoFile(RuntimeCli.Program,
            ["--root", Runtime.StateRoot, .. create ? (string[])["start", id] : ["run", "--detach", "--bundle", bundle.Path, id]], WithSocket, Runtime.OutputOf(id) + "-waits"));
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Socket(id)) && Runtime.State(id).Status == "running", Child.Limit));
        await Task.Delay(100);
        Assert.False(waiting.IsCompleted);
        Send(id, "READY=1");
        Assert.Equal("READY=1\n", Next(host));
        Assert.Equal($"MAINPID={Runtime.State(id).Pid}\n", Next(host));
        Assert.Equal("BARRIER=1", Next(host));
        (await waiting).Succeeds();
    }

    [Fact]
    public void A_program_that_ends_before_it_is_ready_keeps_nobody_waiting()
    {
        using SocketFd host = Listen();
        string id = Runtime.NewId();
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["true"]);
        Child.RunIntoFile(RuntimeCli.Program, ["--root", Runtime.StateRoot, "run", "--detach", "--bundle", bundle.Path, id], WithSocket, Runtime.OutputOf(id)).Succeeds();
    }

    [Fact]
    public void A_socket_that_is_not_there_fails_before_the_program_runs()
    {
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["echo", "ran"]);
        CommandResult result = StartWithSocket("run", "--bundle", bundle.Path, Runtime.NewId()).Finish();
        result.FailsWith(1, "host.sock", "no such file or directory");
        Assert.DoesNotContain("ran\n", result.Stdout, StringComparison.Ordinal);
    }

    private Dictionary<string, string> WithSocket => new(HostEnvironment) { ["NOTIFY_SOCKET"] = InWork("host.sock") };

    private Child StartWithSocket(params string[] arguments) => Child.Start(RuntimeCli.Program, ["--root", Runtime.StateRoot, .. arguments], WithSocket);

    private SocketFd Listen() => UnixSocket.BindDatagrams(Work, "host.sock", 0x180);

    private string Socket(string id) => $"{Runtime.StateRoot}/{id}/notify/notify.sock";

    private void Send(string id, string message)
    {
        using SocketFd sender = UnixSocket.ConnectDatagrams($"/proc/{Runtime.State(id).Pid}/root/run/notify/notify.sock");
        LinuxException.Check(Sys.Send(sender.Number, Encoding.UTF8.GetBytes(message)), "send", id);
    }

    // The descriptor of a barrier is closed by the kernel, for there is no room for it.
    private static string Next(SocketFd socket)
    {
        Span<pollfd> polled = [new() { fd = socket.Number, events = PollEvents.POLLIN }];
        Assert.Equal(1, LinuxException.Check(Sys.Poll(polled, (int)Child.Limit.TotalMilliseconds), "poll"));
        byte[] buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, (int)LinuxException.Check(Sys.Recv(socket.Number, buffer), "recv"));
    }
}
