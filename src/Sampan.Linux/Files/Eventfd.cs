namespace Sampan.Linux;

/// <summary>A counter that others add to and that becomes readable.</summary>
public sealed class EventFd(int fd) : Fd(fd)
{
    public static EventFd Open() => new((int)LinuxException.Check(Sys.Eventfd(), "eventfd"));

    /// <summary>Takes what has been counted; 0 when nothing has.</summary>
    public ulong Take()
    {
        Span<byte> count = stackalloc byte[8];
        nint n = Sys.Read(Number, count);
        return n == -(nint)Errno.EAGAIN || LinuxException.Check(n, "read", "eventfd") == 0 ? 0 : BitConverter.ToUInt64(count);
    }
}

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</see>, EFD_CLOEXEC and EFD_NONBLOCK.</summary>
    public static nint Eventfd() => Call(SyscallNumber.eventfd2, 0, 0x80800);
}
