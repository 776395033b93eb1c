namespace Sampan.Linux;

/// <summary>Whence of <see href="https://man7.org/linux/man-pages/man2/lseek.2.html">lseek(2)</see>.</summary>
public enum SeekFrom
{
    SEEK_SET = 0, SEEK_CUR = 1, SEEK_END = 2, SEEK_DATA = 3, SEEK_HOLE = 4,
}

public static partial class Sys
{
    /// <summary>lseek(2); the new offset, or -errno (ENXIO: no data after <paramref name="offset"/>).</summary>
    public static nint Lseek(int fd, long offset, SeekFrom whence) => Call(SyscallNumber.lseek, fd, (nint)offset, (nint)whence);
}
