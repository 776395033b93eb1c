namespace Sampan.Linux;

public static partial class Sys
{
    private const nint FICLONE = 0x40049409;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/ioctl_ficlone.2.html">ioctl_ficlone(2)</see>: the file shares the other's extents; EOPNOTSUPP or EXDEV where it cannot.</summary>
    public static nint Ficlone(int to, int from) => Retry(SyscallNumber.ioctl, to, FICLONE, from);
}
