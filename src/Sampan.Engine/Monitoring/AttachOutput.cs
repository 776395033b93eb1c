using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Monitoring;

/// <summary>From the monitor to our standard output and error, never blocking: a full pipe must not keep a signal from being passed on.</summary>
internal sealed class AttachOutput : IDisposable
{
    /// <summary>poll(2) promises room for this much (PIPE_BUF), where writing cannot be made non-blocking.</summary>
    private const int SafeWrite = 4096;

    private const int BufferSize = 64 << 10;

    private readonly SocketFd _socket;
    private readonly Target _out;
    private readonly Target _err;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _head = new byte[Frame.HeadSize];
    private int _headLength;
    private FrameType _type;
    private int _left;
    private int _start;
    private int _length;

    public enum Event
    {
        None, Exit, Lost, OutputClosed,
    }

    public AttachOutput(SocketFd socket, int stdOut, int stdErr)
        => (_socket, _out, _err) = (socket, new Target(stdOut), new Target(stdErr));

    /// <summary>Something received is not written yet.</summary>
    public bool Pending => _length > 0;

    public int TargetFd => Current.Fd;

    public ExitStatus Exit { get; private set; }

    private Target Current => _type == FrameType.StdErr ? _err : _out;

    /// <summary>Receives one part of a frame and begins to write it.</summary>
    public Event Receive()
    {
        if (_headLength < Frame.HeadSize)
        {
            nint n = Sys.Recv(_socket.Number, _head.AsSpan(_headLength), Sys.MSG_DONTWAIT);
            if (n == -(nint)Errno.EAGAIN)
                return Event.None;
            if (n <= 0)
                return Event.Lost;
            if ((_headLength += (int)n) < Frame.HeadSize)
                return Event.None;
            if (!Frame.TryReadHead(_head, out _type, out _left))
                return Event.Lost;
        }
        return _type switch
        {
            FrameType.StdOut or FrameType.StdErr => ReceiveData(),
            FrameType.Exit => ReceiveExit(),
            _ => Event.Lost,
        };
    }

    private Event ReceiveData()
    {
        nint n = Sys.Recv(_socket.Number, _buffer.AsSpan(0, Math.Min(_left, BufferSize)), Sys.MSG_DONTWAIT);
        if (n == -(nint)Errno.EAGAIN)
            return Event.None;
        if (n <= 0)
            return Event.Lost;
        _left -= (int)n;
        if (_left == 0)
            _headLength = 0;
        (_start, _length) = (0, Current.Fd >= 0 ? (int)n : 0);
        return Flush() ? Event.None : Event.OutputClosed;
    }

    private Event ReceiveExit()
    {
        // Six bytes that were sent in one piece with their head.
        nint n = Sys.Recv(_socket.Number, _buffer.AsSpan(0, _left));
        if (n != 6)
            return Event.Lost;
        Exit = Frame.ReadExit(_buffer);
        return Event.Exit;
    }

    /// <summary>Writes what the stream takes.</summary>
    /// <returns>False: nobody reads it.</returns>
    public bool Flush()
    {
        var target = Current;
        while (_length > 0)
        {
            if (!target.NonBlocking && !Writable(target.Fd))
                return true;
            nint n = Sys.Write(target.Fd, _buffer.AsSpan(_start, target.NonBlocking ? _length : Math.Min(_length, target.MaxWrite)));
            if (n == -(nint)Errno.EAGAIN)
                return true;
            if (n == -(nint)Errno.EPIPE || n == -(nint)Errno.EIO)
                return false;
            LinuxException.Check(n, "write", target == _err ? "standard error" : "standard output");
            _start += (int)n;
            _length -= (int)n;
        }
        return true;
    }

    private static bool Writable(int fd)
    {
        Span<pollfd> one = [new pollfd { fd = fd, events = PollEvents.POLLOUT }];
        return Sys.Poll(one, 0) != 0;
    }

    public void Dispose()
    {
        _out.Dispose();
        _err.Dispose();
    }

    /// <summary>One of our streams. O_NONBLOCK belongs to the open file, which others share, so a pipe is opened anew for it.</summary>
    private sealed class Target : IDisposable
    {
        private readonly bool _own;

        public Target(int fd)
        {
            Fd = fd;
            MaxWrite = SafeWrite;
            if (fd < 0)
                return;
            LinuxException.Check(Sys.Fstat(fd, out var status), "fstat", $"fd {fd}");
            if (status.Type == InodeMode.S_IFREG)
                MaxWrite = BufferSize;
            if (status.Type != InodeMode.S_IFIFO)
                return;
            nint own = Sys.Openat(At.AT_FDCWD, $"/proc/self/fd/{fd}", OpenFlags.O_WRONLY | OpenFlags.O_NONBLOCK);
            if (own >= 0)
                (Fd, _own, NonBlocking) = ((int)own, true, true);
        }

        public int Fd { get; }

        public bool NonBlocking { get; }

        public int MaxWrite { get; }

        public void Dispose()
        {
            if (_own)
                Sys.Call(SyscallNumber.close, Fd);
        }
    }
}
