using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>Events of <see href="https://man7.org/linux/man-pages/man2/epoll_ctl.2.html">epoll_ctl(2)</see>.</summary>
[Flags]
public enum EpollEvents : uint
{
    None = 0, EPOLLIN = 1, EPOLLPRI = 2, EPOLLOUT = 4, EPOLLERR = 8, EPOLLHUP = 0x10, EPOLLRDHUP = 0x2000,
}

/// <summary>struct epoll_event, packed on x86-64; 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 4)]
public struct epoll_event
{
    public EpollEvents events;
    public ulong data;
}

/// <summary>An epoll instance.</summary>
public sealed class EpollFd(int fd) : Fd(fd)
{
    public static EpollFd Create() => new((int)LinuxException.Check(Sys.Call(SyscallNumber.epoll_create1, 0x80000), "epoll_create1"));
}

public static unsafe partial class Sys
{
    public const int EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL = 2, EPOLL_CTL_MOD = 3;

    public static nint EpollCtl(int epoll, int operation, int fd, EpollEvents events, ulong data)
    {
        var e = new epoll_event { events = events, data = data };
        return Call(SyscallNumber.epoll_ctl, epoll, operation, fd, (nint)(&e));
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/epoll_wait.2.html">epoll_wait(2)</see>.</summary>
    /// <param name="timeout">Milliseconds; -1 waits for ever.</param>
    /// <returns>Events filled, or -errno; an interruption counts as no event.</returns>
    public static nint EpollWait(int epoll, Span<epoll_event> events, int timeout)
    {
        fixed (epoll_event* p = events)
        {
            nint n = Call(SyscallNumber.epoll_wait, epoll, (nint)p, events.Length, timeout);
            return n == -(nint)Errno.EINTR ? 0 : n;
        }
    }
}
