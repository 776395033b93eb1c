using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>struct timespec; 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct timespec
{
    public long tv_sec;
    public long tv_nsec;

    /// <summary>As <see cref="tv_nsec"/>: leave this time as it is.</summary>
    public const long UTIME_OMIT = (1L << 30) - 2;

    /// <summary>As <see cref="tv_nsec"/>: the current time.</summary>
    public const long UTIME_NOW = (1L << 30) - 1;
}

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/utimensat.2.html">utimensat(2)</see>; by default of the link itself.</summary>
    public static nint Utimensat(int directory, FileName path, timespec atime, timespec mtime, int flags = At.AT_SYMLINK_NOFOLLOW)
    {
        using var p = path.ToCString();
        var times = stackalloc timespec[2] { atime, mtime };
        return Retry(SyscallNumber.utimensat, directory, p, (nint)times, flags);
    }

    /// <summary>futimens(3): of an open file; not for O_PATH descriptors.</summary>
    public static nint Futimens(int fd, timespec atime, timespec mtime)
    {
        var times = stackalloc timespec[2] { atime, mtime };
        return Retry(SyscallNumber.utimensat, fd, 0, (nint)times, 0);
    }
}
