using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>Signals to be read, by signalfd(2).</summary>
public sealed class SignalFd(int fd) : Fd(fd)
{
    /// <summary>Signals of <paramref name="set"/>, which every thread must block, become readable. Not blocking.</summary>
    public static SignalFd Open(SignalSet set) => new((int)LinuxException.Check(Sys.Signalfd(-1, set), "signalfd"));
}

/// <summary>struct signalfd_siginfo; 128 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct signalfd_siginfo
{
    [FieldOffset(0)] public uint ssi_signo;
    [FieldOffset(12)] public uint ssi_pid;
    [FieldOffset(16)] public uint ssi_uid;
    [FieldOffset(40)] public int ssi_status;
}

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/signalfd.2.html">signalfd(2)</see>, SFD_CLOEXEC and SFD_NONBLOCK.</summary>
    public static nint Signalfd(int fd, SignalSet set)
    {
        ulong bits = set.Bits;
        return Call(SyscallNumber.signalfd4, fd, (nint)(&bits), sizeof(ulong), 0x80000 | 0x800);
    }

    /// <summary>Takes one signal: its number, 0 when none is pending, or -errno.</summary>
    public static nint ReadSignal(int signalfd)
    {
        signalfd_siginfo info;
        nint n = Retry(SyscallNumber.read, signalfd, (nint)(&info), sizeof(signalfd_siginfo));
        return n == sizeof(signalfd_siginfo) ? (nint)info.ssi_signo : n == -(nint)Errno.EAGAIN ? 0 : n;
    }
}
