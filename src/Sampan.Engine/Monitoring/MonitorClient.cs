using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Monitoring;

/// <summary>Starting and speaking to a container's monitor; the protocol is in docs/monitor.md.</summary>
public static class MonitorClient
{
    private const int ReadyFd = 3, GoFd = 4, AttachFd = 5;

    /// <summary>Starts a container under a new monitor, and waits until its program runs.</summary>
    /// <exception cref="SampanException">It did not start; nothing of it is left but the bundle. <see cref="ErrorKind.CommandNotFound"/> and <see cref="ErrorKind.CannotInvoke"/> are the container's program.</exception>
    public static MonitorSession Launch(MonitorLaunch launch)
    {
        var (ready, readyWriter) = Pipe.Create();
        var (go, goWriter) = Pipe.Create();
        SocketFd? ours = null, theirs = null;
        try
        {
            if (launch.Attach is { } flags)
            {
                (ours, theirs) = UnixSocket.Pair();
                // Waits in the socket for the monitor.
                SendHello(ours, flags);
            }
            int monitor;
            using (var program = new ReadOnlyProgram(launch.Program))
            {
                monitor = PosixSpawn.Start(program.Path, Arguments(launch), new SpawnOptions
                {
                    Fds = theirs is null ? [-1, -1, -1, readyWriter.Number, go.Number] : [-1, -1, -1, readyWriter.Number, go.Number, theirs.Number],
                    Mask = MonitorConventions.BlockedSignals,
                    NewSession = true,
                });
            }
            readyWriter.Dispose();
            go.Dispose();
            theirs?.Dispose();
            Prepare(launch, goWriter, monitor);
            // While the monitor is at work: blocking signals in every thread takes a collection, and we would only wait.
            if (launch.Attach is not null)
                SignalMask.BlockEverywhere(AttachLoop.SignalsOf(terminal: true));
            int pid = AwaitReady(ready, monitor);
            var session = new MonitorSession(launch.RunDirectory, ours, launch.Attach ?? AttachFlags.None, pid, monitor);
            ours = null;
            return session;
        }
        finally
        {
            readyWriter.Dispose();
            ready.Dispose();
            go.Dispose();
            goWriter.Dispose();
            theirs?.Dispose();
            ours?.Dispose();
        }
    }

    private static void Prepare(MonitorLaunch launch, PipeFd go, int monitor)
    {
        try
        {
            launch.Prepare?.Invoke();
            LinuxException.Check(Sys.Write(go.Number, "x"u8), "write", "to the container's monitor");
        }
        catch
        {
            go.Dispose();
            Sys.Waitid(Sys.P_PID, monitor, out _, Sys.WEXITED);
            throw;
        }
    }

    /// <summary>Connects to a running container.</summary>
    /// <exception cref="SampanException"><see cref="ErrorKind.Conflict"/>: no monitor serves it, so it does not run, or runs without one.</exception>
    public static MonitorSession Attach(string runDirectory, AttachFlags flags)
    {
        var socket = Connect(runDirectory);
        SendHello(socket, flags);
        return new MonitorSession(runDirectory, socket, flags, pid: 0, monitor: 0);
    }

    /// <summary>Whether a monitor serves <paramref name="runDirectory"/> now. The kernel tells: the lock goes with the process that holds it.</summary>
    public static bool IsAlive(string runDirectory)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, $"{runDirectory}/{MonitorConventions.LockName}", OpenFlags.O_RDONLY);
        if (fd < 0)
            return false;
        using var file = new FileFd((int)fd);
        return Sys.Flock(file.Number, FlockOperation.LOCK_SH | FlockOperation.LOCK_NB) == -(nint)Errno.EAGAIN;
    }

    /// <summary>Sends <paramref name="signal"/> to the container's first process, unless it has ended.</summary>
    public static void Kill(string runDirectory, Signal signal, SignalFlags flags = SignalFlags.None)
    {
        Span<byte> frame = stackalloc byte[16];
        Control(runDirectory, frame[..Frame.WriteSignal(frame, (int)signal, flags)]);
    }

    /// <summary>Puts the restart policy out of force. Once this has returned the monitor starts nothing any more.</summary>
    /// <returns>False: no monitor serves <paramref name="runDirectory"/>, or it is just ending.</returns>
    public static bool Halt(string runDirectory, bool byUser)
    {
        Span<byte> frame = stackalloc byte[16];
        return Ask(runDirectory, frame[..Frame.WriteSignal(frame, 0, SignalFlags.Halt | SignalFlags.Acknowledge | (byUser ? SignalFlags.ByUser : 0))]);
    }

    /// <summary>Gives the container that runs another restart policy.</summary>
    /// <returns>As <see cref="Halt"/>.</returns>
    public static bool ChangeRestart(string runDirectory, RestartPolicy policy)
    {
        byte[] frame = new byte[64];
        return Ask(runDirectory, frame.AsSpan(0, Frame.Write(frame, FrameType.Policy, Encoding.UTF8.GetBytes(policy.ToString()))));
    }

    /// <summary>Sets the size of the container's terminal.</summary>
    public static void Resize(string runDirectory, winsize size)
    {
        Span<byte> frame = stackalloc byte[16];
        Control(runDirectory, frame[..Frame.WriteResize(frame, size.ws_row, size.ws_col)]);
    }

    /// <summary>
    /// Runs <c>sampan-runtime</c> with <paramref name="arguments"/> as a child of the monitor and waits for it: what it leaves behind (<c>exec --detach …</c>)
    /// is the monitor's child afterwards.
    /// </summary>
    /// <returns>Its exit code, and the error it logged; empty when it succeeded.</returns>
    public static (int ExitCode, string Error) Spawn(string runDirectory, IEnumerable<string> arguments)
    {
        using var socket = Connect(runDirectory);
        SendHello(socket, AttachFlags.None);
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(arguments.Select(a => a + "\0")));
        byte[] frame = new byte[Frame.HeadSize + text.Length];
        Frame.Write(frame, FrameType.Spawn, text);
        SendAll(socket, frame);
        var (type, payload) = ReceiveFrame(socket);
        if (type == FrameType.Spawned)
            return (BitConverter.ToInt32(payload), LogLine.MessageOf(payload.AsMemory(4)));
        throw new SampanException(ErrorKind.System, type == FrameType.Error ? Encoding.UTF8.GetString(payload) : "the container ended meanwhile");
    }

    /// <summary>Waits for the container's end.</summary>
    /// <returns>How it ended; null when its monitor died before it knew, or has gone already: exit.json tells then.</returns>
    public static ExitStatus? WaitExit(string runDirectory)
    {
        try
        {
            using var socket = Connect(runDirectory);
            SendHello(socket, AttachFlags.None);
            var (type, payload) = ReceiveFrame(socket);
            return type == FrameType.Exit ? Frame.ReadExit(payload) : null;
        }
        catch (SampanException e) when (e.Kind == ErrorKind.Conflict)
        {
            return null;
        }
    }

    internal static void SendAll(SocketFd socket, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
            data = data[(int)LinuxException.Check(Sys.Send(socket.Number, data), "send", "the container's monitor")..];
    }

    private static void SendHello(SocketFd socket, AttachFlags flags)
    {
        Span<byte> frame = stackalloc byte[16];
        SendAll(socket, frame[..Frame.WriteHello(frame, flags)]);
    }

    // A connection of its own: on one that carries standard input it would queue behind what the container does not read.
    private static void Control(string runDirectory, ReadOnlySpan<byte> frame)
    {
        using var socket = Connect(runDirectory);
        SendHello(socket, AttachFlags.None);
        SendAll(socket, frame);
    }

    private static bool Ask(string runDirectory, ReadOnlySpan<byte> frame)
    {
        try
        {
            using var socket = Connect(runDirectory);
            SendHello(socket, AttachFlags.None);
            SendAll(socket, frame);
            while (true)
            {
                var (type, payload) = ReceiveFrame(socket);
                if (type == FrameType.Error)
                    throw new SampanException(ErrorKind.System, Encoding.UTF8.GetString(payload));
                if (type is FrameType.Done or 0)
                    return type == FrameType.Done;
            }
        }
        catch (SampanException e) when (e.Kind == ErrorKind.Conflict || e is LinuxException { Errno: Errno.EPIPE or Errno.ECONNRESET })
        {
            return false;
        }
    }

    private static SocketFd Connect(string runDirectory)
    {
        try
        {
            return UnixSocket.Connect(runDirectory, MonitorConventions.SocketName);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ECONNREFUSED)
        {
            throw new SampanException(ErrorKind.Conflict, "the container is not running", e);
        }
    }

    private static (FrameType Type, byte[] Payload) ReceiveFrame(SocketFd socket)
    {
        byte[] head = new byte[Frame.HeadSize];
        if (!ReceiveAll(socket, head) || !Frame.TryReadHead(head, out var type, out int length))
            return (0, []);
        byte[] payload = new byte[length];
        return ReceiveAll(socket, payload) ? (type, payload) : (0, []);
    }

    private static bool ReceiveAll(SocketFd socket, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint n = Sys.Recv(socket.Number, buffer);
            if (n <= 0)
                return false;
            buffer = buffer[(int)n..];
        }
        return true;
    }

    private static int AwaitReady(PipeFd ready, int monitor)
    {
        try
        {
            return ReadyMessage.Await(ready.Number);
        }
        catch
        {
            // It ends by itself: it has closed the pipe.
            Sys.Waitid(Sys.P_PID, monitor, out _, Sys.WEXITED);
            throw;
        }
    }

    private static void AddLog(List<string> argv, MonitorLaunch launch)
    {
        var log = launch.Log;
        if (log.Path is not null)
            argv.AddRange(["--log", log.Path]);
        if (log.Driver != LogDriver.Local)
            argv.AddRange(["--log-driver", LogChoice.NameOf(log.Driver)]);
        if (log.MaxSize > 0)
            argv.AddRange(["--log-max-size", log.MaxSize.ToString(CultureInfo.InvariantCulture), "--log-max-file", log.MaxFiles.ToString(CultureInfo.InvariantCulture)]);
        if (launch.LogAttributes is not null)
            argv.AddRange(["--log-attrs", launch.LogAttributes]);
    }

    private static List<string> Arguments(MonitorLaunch launch)
    {
        List<string> argv =
        [
            "sampan-runtime", "monitor", "--root", launch.RuntimeRoot, "--bundle", launch.Bundle, "--run", launch.RunDirectory, "--id", launch.Id,
            "--ready-fd", $"{ReadyFd}", "--go-fd", $"{GoFd}",
        ];
        if (launch.Attach is not null)
            argv.AddRange(["--attach-fd", $"{AttachFd}"]);
        AddLog(argv, launch);
        if (launch.Restart.Kind != RestartKind.No)
            argv.AddRange(["--restart", launch.Restart.ToString()]);
        if (launch.Health is not null)
            argv.AddRange(["--health", launch.Health.ToString(), "--health-process", launch.HealthProcess]);
        if (launch.Notify != NotifyMode.Ignore)
            argv.AddRange(["--notify", launch.Notify.ToString(), "--notify-socket", launch.NotifySocket]);
        if (launch.RunLimit > 0)
            argv.AddRange(["--run-limit", launch.RunLimit.ToString(CultureInfo.InvariantCulture)]);
        if (launch.Journal is not null)
            argv.AddRange(["--journal", launch.Journal]);
        if (launch.StdIn)
            argv.Add(launch.StdInOnce ? "--stdin-once" : "--stdin");
        if (launch.ExitCommand.Count > 0)
            argv.AddRange(["--", .. launch.ExitCommand]);
        return argv;
    }
}
