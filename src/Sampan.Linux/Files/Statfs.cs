namespace Sampan.Linux;

/// <summary>f_type values, spelled as in <c>linux/magic.h</c>.</summary>
public static class FileSystemMagic
{
    public const long CGROUP_SUPER_MAGIC = 0x27e0eb;
    public const long CGROUP2_SUPER_MAGIC = 0x63677270;
    public const long PROC_SUPER_MAGIC = 0x9fa0;
    public const long RDTGROUP_SUPER_MAGIC = 0x7655821;
    public const long SELINUX_MAGIC = 0xf97cff8c;
}

public static unsafe partial class Sys
{
    /// <summary>f_type of <see href="https://man7.org/linux/man-pages/man2/statfs.2.html">statfs(2)</see>, or -errno.</summary>
    public static long FileSystemType(string path)
    {
        using var p = new CString(path);
        // struct statfs of x86-64 is 120 bytes, and f_type is its first long.
        long* buffer = stackalloc long[16];
        nint result = Retry(SyscallNumber.statfs, p, (nint)buffer);
        return result < 0 ? result : buffer[0];
    }
}
