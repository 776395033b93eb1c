namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/ftruncate.2.html">ftruncate(2)</see>.</summary>
    public static nint Ftruncate(int fd, long length) => Retry(SyscallNumber.ftruncate, fd, (nint)length);
}
