using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Monitoring;

/// <summary>From our standard input to the monitor: one frame at a time, sent before the next is read.</summary>
internal sealed class AttachInput
{
    private const int ReadSize = 32 << 10;

    private readonly SocketFd _socket;
    private readonly int _fd;
    private readonly byte[] _typed = new byte[ReadSize];
    private readonly byte[] _frame;
    private DetachKeyFilter _filter;
    private int _start;
    private int _length;

    public AttachInput(SocketFd socket, int fd, DetachKeys keys)
    {
        (_socket, _fd, Open) = (socket, fd, fd >= 0);
        _filter = new DetachKeyFilter(keys);
        _frame = new byte[Frame.HeadSize + ReadSize + _filter.MostHeld];
    }

    /// <summary>There may be more to read.</summary>
    public bool Open { get; private set; }

    public bool Pending => _length > 0;

    public bool WantsToRead => Open && !Pending;

    public int SocketNumber => _socket.Number;

    /// <summary>Reads what is there and begins to send it.</summary>
    /// <returns>Whether the detach keys were typed.</returns>
    public bool Read()
    {
        nint n = Sys.Read(_fd, _typed);
        if (n == -(nint)Errno.EAGAIN)
            return false;
        // EIO: the terminal has hung up.
        if (n <= 0)
        {
            Open = false;
            _length = Frame.Write(_frame, FrameType.StdInClose);
            Flush();
            return false;
        }
        bool detach = _filter.Pass(_typed.AsSpan(0, (int)n), _frame.AsSpan(Frame.HeadSize), out int length);
        if (length > 0)
        {
            Frame.WriteHead(_frame, FrameType.StdIn, length);
            _length = Frame.HeadSize + length;
            Flush();
        }
        return detach;
    }

    /// <summary>Sends what the socket takes. A monitor that has gone is noticed by who reads.</summary>
    public void Flush()
    {
        while (_length > 0)
        {
            nint n = Sys.Send(_socket.Number, _frame.AsSpan(_start, _length), Sys.MSG_DONTWAIT);
            if (n == -(nint)Errno.EAGAIN)
                return;
            if (n < 0)
            {
                Open = false;
                n = _length;
            }
            _start += (int)n;
            _length -= (int)n;
        }
        _start = 0;
    }

    /// <summary>Says that we leave on purpose.</summary>
    public void Detach()
    {
        // Behind what was typed before; blocking for once, for nothing comes after.
        Span<byte> frame = stackalloc byte[16];
        if (_length > 0)
            Sys.Send(_socket.Number, _frame.AsSpan(_start, _length));
        Sys.Send(_socket.Number, frame[..Frame.Write(frame, FrameType.Detach)]);
    }
}
