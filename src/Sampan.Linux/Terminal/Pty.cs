namespace Sampan.Linux;

/// <summary>A pseudoterminal's master: <see href="https://man7.org/linux/man-pages/man7/pty.7.html">pty(7)</see>.</summary>
public sealed class PtyFd(int fd) : Fd(fd);

public static partial class Sys
{
    private const int TIOCGPTPEER = 0x5441;

    /// <summary>
    /// The slave of <paramref name="master"/>, without a path, by <see href="https://man7.org/linux/man-pages/man2/TIOCGPTPEER.2const.html">TIOCGPTPEER(2const)</see>;
    /// never becomes the controlling terminal.
    /// </summary>
    public static nint OpenPtyPeer(int master) => Retry(SyscallNumber.ioctl, master, TIOCGPTPEER, (nint)(OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC));
}

/// <summary>Pseudoterminals of the host's devpts.</summary>
public static unsafe class Pty
{
    private const int TIOCSPTLCK = 0x40045431;

    /// <summary>A new master, unlocked: its slave is had by <see cref="Sys.OpenPtyPeer"/>.</summary>
    public static PtyFd Open()
    {
        nint fd = LinuxException.Check(Sys.Openat(At.AT_FDCWD, "/dev/ptmx", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY), "open", "/dev/ptmx");
        var master = new PtyFd((int)fd);
        int unlocked = 0;
        LinuxException.Check(Sys.Call(SyscallNumber.ioctl, fd, TIOCSPTLCK, (nint)(&unlocked)), "ioctl TIOCSPTLCK", "/dev/ptmx");
        return master;
    }
}
