namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/mknod.2.html">mknodat(2)</see>; the umask applies.</summary>
    /// <param name="mode">File type and permissions.</param>
    public static nint Mknodat(int directory, FileName path, uint mode, ulong device = 0)
    {
        using var p = path.ToCString();
        return Retry(SyscallNumber.mknodat, directory, p, (nint)mode, (nint)device);
    }
}
