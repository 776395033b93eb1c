using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>Events of <see href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</see>.</summary>
[Flags]
public enum PollEvents : short
{
    None = 0, POLLIN = 1, POLLPRI = 2, POLLOUT = 4, POLLERR = 8, POLLHUP = 0x10, POLLNVAL = 0x20,
}

/// <summary>struct pollfd; 8 bytes. A negative fd is passed over.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct pollfd
{
    public int fd;
    public PollEvents events;
    public PollEvents revents;

    public readonly bool Is(PollEvents wanted) => (revents & wanted) != 0;
}

public static unsafe partial class Sys
{
    /// <summary>poll(2), by ppoll.</summary>
    /// <param name="timeout">Milliseconds; -1 waits for ever.</param>
    /// <returns>How many fds have something to tell, or -errno; an interruption counts as none.</returns>
    public static nint Poll(Span<pollfd> fds, int timeout)
    {
        var time = new timespec { tv_sec = timeout / 1000, tv_nsec = timeout % 1000 * 1_000_000L };
        fixed (pollfd* p = fds)
        {
            nint n = Call(SyscallNumber.ppoll, (nint)p, fds.Length, timeout < 0 ? 0 : (nint)(&time));
            if (n == -(nint)Errno.EINTR)
            {
                foreach (ref var fd in fds)
                    fd.revents = 0;
                return 0;
            }
            return n;
        }
    }
}
