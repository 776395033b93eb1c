using System.Text;
using Sampan.Engine.Monitoring;
using Sampan.Linux;
using Sampan.RootTests.Harness;
using Sampan.Runtime.Monitoring;

namespace Sampan.RootTests.Runtime;

/// <summary><c>sampan-runtime monitor</c>, spoken to as the engine does: docs/monitor.md.</summary>
public sealed class MonitorTests : RootTest
{
    private string _bundle = "", _run = "", _id = "";

    private string Log => Path.Combine(_bundle, "container.log");

    [Fact]
    public void The_exit_is_recorded_and_told_and_everything_cleared()
    {
        Child monitor = Start("echo out; echo err >&2; read line; echo $line; sleep 1000", "--stdin");
        Feed("go\n");
        Await(() => LogText().Contains("go", StringComparison.Ordinal));
        MonitorClient.Kill(_run, Signal.SIGKILL);
        monitor.Finish().Succeeds();
        ExitRecord exit = ExitRecord.Read(_bundle)!;
        Assert.Equal(new ExitStatus(137, 9, false), exit.Status);
        Assert.True(string.CompareOrdinal(exit.StartedAt, exit.FinishedAt) < 0);
        Assert.Null(exit.Error);
        Assert.Equal(["stderr F err", "stdout F go", "stdout F out"], LogText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[31..]).Order(StringComparer.Ordinal));
        Assert.False(MonitorClient.IsAlive(_run));
        Assert.Equal(["monitor.lock"], Directory.GetFileSystemEntries(_run).Select(Path.GetFileName));
        Runtime.Run("state", _id).Fails(_id);
    }

    [Fact]
    public void It_executes_itself_again_and_nobody_notices()
    {
        Child monitor = Start("while read line; do echo got $line; done; exit 6", "--stdin-once");
        using var client = new RawClient(_run, AttachFlags.StdIn | AttachFlags.StdOut);
        client.Send(FrameType.StdIn, "one\n"u8);
        Assert.Equal("got one\n", client.Expect(FrameType.StdOut));
        Await(() => File.ReadAllText($"/proc/{MonitorPid(monitor)}/cmdline").Contains("--resume", StringComparison.Ordinal));
        client.Send(FrameType.StdIn, "two\n"u8);
        Assert.Equal("got two\n", client.Expect(FrameType.StdOut));
        using var late = new RawClient(_run, AttachFlags.None);
        client.Send(FrameType.StdInClose, []);
        Assert.Equal(6, Frame.ReadExit(client.Receive(FrameType.Exit)).ExitCode);
        Assert.Equal(6, Frame.ReadExit(late.Receive(FrameType.Exit)).ExitCode);
        monitor.Finish().Succeeds();
        Assert.Equal(2, LogText().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void A_program_that_cannot_start_is_told_and_nothing_stays()
    {
        Child monitor = Start(null, "--ready-fd", "1");
        string told = monitor.Finish().Stdout;
        Assert.Contains("\"kind\":\"CommandNotFound\"", told, StringComparison.Ordinal);
        Assert.Contains("/no/such", told, StringComparison.Ordinal);
        Assert.Equal(["monitor.lock"], Directory.GetFileSystemEntries(_run).Select(Path.GetFileName));
        Assert.False(File.Exists(Path.Combine(_bundle, "exit.json")));
    }

    [Fact]
    public void Signals_to_the_monitor_reach_the_container()
    {
        Child monitor = Start("trap 'exit 21' TERM; echo up; while :; do sleep 0.05; done");
        Await(() => LogText().Contains("up", StringComparison.Ordinal));
        monitor.Signal((int)Signal.SIGTERM);
        monitor.Finish().Succeeds();
        Assert.Equal(21, ExitRecord.Read(_bundle)!.ExitCode);
    }

    [Fact]
    public void A_killed_monitor_is_known_to_be_dead()
    {
        Child monitor = Start("echo up; sleep 1000");
        Await(() => LogText().Contains("up", StringComparison.Ordinal));
        monitor.Signal((int)Signal.SIGKILL);
        monitor.Finish();
        Assert.False(MonitorClient.IsAlive(_run));
        Assert.Null(MonitorClient.WaitExit(_run));
        Assert.Equal("running", Runtime.State(_id).Status);
        Assert.False(File.Exists(Path.Combine(_bundle, "exit.json")));
    }

    [Fact]
    public void Two_monitors_do_not_serve_one_directory()
    {
        Child first = Start("sleep 1000");
        Assert.Contains("has a monitor already", Runtime.Start(Arguments("--ready-fd", "1")).Finish().ExitsWith(1).Stdout, StringComparison.Ordinal);
        Assert.True(MonitorClient.IsAlive(_run));
        MonitorClient.Kill(_run, Signal.SIGKILL);
        first.Finish().Succeeds();
    }

    [Fact]
    public void A_client_that_does_not_read_holds_the_container_back_until_it_dies_and_memory_stays_flat()
    {
        const int size = 64_000_000;
        Child monitor = Start($"head -c {size} /dev/zero | tr '\\0' x; echo; echo done >&2", "--stdin");
        using (var stuck = new RawClient(_run, AttachFlags.StdOut))
        {
            Await(() => new FileInfo(Log).Length > 100_000);
            using var other = new RawClient(_run, AttachFlags.StdErr);
            long before = LogSize();
            Assert.Equal(before, LogSize());
        }
        long dirty = 0;
        while (!monitor.HasExited)
            dirty = Math.Max(dirty, PrivateDirty(MonitorPid(monitor)));
        monitor.Finish().Succeeds();
        Assert.InRange(dirty, 1, 8_000_000);
        Assert.Equal(size, File.ReadLines(Log).Where(l => l.AsSpan(31).StartsWith("stdout")).Sum(l => (long)l.Length - 40));

        // What the socket between holds has gone into the log; then it stands still.
        long LogSize()
        {
            long last = -1, now;
            while ((now = new FileInfo(Log).Length) != last)
            {
                last = now;
                Thread.Sleep(200);
            }
            return now;
        }
    }

    [Fact]
    public void What_a_detached_exec_leaves_behind_is_reaped()
    {
        Child monitor = Start("sleep 1000");
        Assert.Equal((0, ""), MonitorClient.Spawn(_run, ["--root", Runtime.StateRoot, "exec", "--detach", _id, "sleep", "1"]));
        Assert.Equal(2, Children(MonitorPid(monitor)));
        Await(() => Children(MonitorPid(monitor)) == 1);
        var (code, error) = MonitorClient.Spawn(_run, ["--root", Runtime.StateRoot, "exec", "--docker-exit-codes", "--detach", _id, "/no/such"]);
        Assert.Equal(127, code);
        Assert.Contains("/no/such", error, StringComparison.Ordinal);
        MonitorClient.Kill(_run, Signal.SIGKILL);
        monitor.Finish();
    }

    [Fact]
    public void A_peer_that_does_not_speak_the_protocol_is_hung_up_on()
    {
        Child monitor = Start("sleep 1000");
        byte[][] nonsense = [[1, 255, 255, 255, 255], [2, 1, 0, 0, 0, 65], [1, 2, 0, 0, 0, 99, 0], [77, 17, 0, 0, 0]];
        foreach (byte[] bytes in nonsense)
        {
            using var socket = UnixSocket.Connect(_run, "attach.sock");
            Sys.Send(socket.Number, bytes);
            byte[] answer = new byte[256];
            nint n;
            do
                n = Sys.Recv(socket.Number, answer);
            while (n > 0);
            Assert.True(n is 0 or -(nint)Errno.ECONNRESET);
        }
        using var client = new RawClient(_run, AttachFlags.None);
        MonitorClient.Kill(_run, Signal.SIGKILL);
        Assert.Equal(137, Frame.ReadExit(client.Receive(FrameType.Exit)).ExitCode);
        monitor.Finish();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_exit_command_runs_unless_a_client_says_it_removed_the_container(bool removes)
    {
        string mark = InWork("mark");
        Child monitor = Start("read line", "--stdin-once", "--", "/usr/bin/touch", mark);
        using (var client = new RawClient(_run, AttachFlags.StdIn | AttachFlags.WillRemove))
        {
            client.Send(FrameType.StdInClose, []);
            client.Receive(FrameType.Exit);
            if (removes)
                client.Send(FrameType.Removed, []);
        }
        monitor.Finish().Succeeds();
        Assert.Equal(!removes, File.Exists(mark));
    }

    private Child Start(string? command, params string[] options)
    {
        _id = Runtime.NewId();
        _bundle = Runtime.NewBundle(s => s.Process!.Args = command is null ? ["/no/such"] : ["sh", "-c", command]).Path;
        _run = Path.GetDirectoryName(InWork($"run-{_id}/x"))!;
        Child monitor = Runtime.Start(Arguments(options));
        if (command is not null)
            Await(() => File.Exists(Path.Combine(_run, "attach.sock")) && Directory.Exists(Path.Combine(Runtime.StateRoot, _id)));
        return monitor;
    }

    private string[] Arguments(params string[] options)
        => ["monitor", "--root", Runtime.StateRoot, "--bundle", _bundle, "--run", _run, "--id", _id, "--log", Log, .. options];

    private void Feed(string text)
    {
        using var client = new RawClient(_run, AttachFlags.StdIn);
        client.Send(FrameType.StdIn, Encoding.ASCII.GetBytes(text));
        client.Send(FrameType.Detach, []);
    }

    private string LogText() => File.Exists(Log) ? File.ReadAllText(Log) : "";

    private static int MonitorPid(Child monitor) => monitor.Pid;

    private static int Children(int pid)
        => File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private static long PrivateDirty(int pid)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{pid}/smaps_rollup").FirstOrDefault(l => l.StartsWith("Private_Dirty:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static void Await(Func<bool> condition)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Child.Limit, "it never came true");
            Thread.Sleep(10);
        }
    }

    /// <summary>A client that reads only when told to.</summary>
    private sealed class RawClient : IDisposable
    {
        private readonly SocketFd _socket;

        public RawClient(string run, AttachFlags flags)
        {
            _socket = UnixSocket.Connect(run, "attach.sock");
            Send(FrameType.Hello, [Frame.Version, (byte)flags]);
        }

        public void Send(FrameType type, ReadOnlySpan<byte> payload)
        {
            byte[] frame = new byte[Frame.HeadSize + payload.Length];
            Frame.Write(frame, type, payload);
            Assert.Equal(frame.Length, (int)Sys.Send(_socket.Number, frame));
        }

        public string Expect(FrameType type) => Encoding.ASCII.GetString(Receive(type));

        public byte[] Receive(FrameType type)
        {
            byte[] head = Exactly(Frame.HeadSize);
            Assert.True(Frame.TryReadHead(head, out var got, out int length));
            Assert.Equal(type, got);
            return Exactly(length);
        }

        private byte[] Exactly(int length)
        {
            byte[] bytes = new byte[length];
            for (int at = 0; at < length;)
            {
                nint n = Sys.Recv(_socket.Number, bytes.AsSpan(at));
                Assert.True(n > 0, $"the monitor hung up: {n}");
                at += (int)n;
            }
            return bytes;
        }

        public void Dispose() => _socket.Dispose();
    }
}
