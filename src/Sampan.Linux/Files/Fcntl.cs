namespace Sampan.Linux;

public static partial class Sys
{
    private const int F_GETFD = 1, F_SETFD = 2, F_GETFL = 3, F_SETFL = 4, F_DUPFD_CLOEXEC = 1030;
    private const int FD_CLOEXEC = 1;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2)</see>: a second, close-on-exec fd of the same open file, <paramref name="least"/> or above.</summary>
    public static nint Dup(int fd, int least = 3) => Call(SyscallNumber.fcntl, fd, F_DUPFD_CLOEXEC, least);

    public static nint SetCloseOnExec(int fd, bool close) => Call(SyscallNumber.fcntl, fd, F_SETFD, close ? FD_CLOEXEC : 0);

    /// <summary>O_NONBLOCK of the open file: shared by every fd of it, so never for what was inherited.</summary>
    public static nint SetNonBlocking(int fd)
    {
        nint flags = Call(SyscallNumber.fcntl, fd, F_GETFL);
        return flags < 0 ? flags : Call(SyscallNumber.fcntl, fd, F_SETFL, flags | (nint)OpenFlags.O_NONBLOCK);
    }
}
