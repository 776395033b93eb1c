namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/unlink.2.html">unlinkat(2)</see>; AT_REMOVEDIR for an empty directory.</summary>
    public static nint Unlinkat(int directory, FileName path, int flags = 0)
    {
        using var p = path.ToCString();
        return Retry(SyscallNumber.unlinkat, directory, p, flags);
    }
}
