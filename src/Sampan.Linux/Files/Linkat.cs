namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/link.2.html">linkat(2)</see>; without AT_SYMLINK_FOLLOW a link is linked itself.</summary>
    public static nint Linkat(int oldDirectory, FileName oldPath, int newDirectory, FileName newPath, int flags = 0)
    {
        using var o = oldPath.ToCString();
        using var n = newPath.ToCString();
        return Retry(SyscallNumber.linkat, oldDirectory, o, newDirectory, n, flags);
    }
}
