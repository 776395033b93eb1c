namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/symlink.2.html">symlinkat(2)</see>.</summary>
    public static nint Symlinkat(FileName target, int directory, FileName path)
    {
        using var t = target.ToCString();
        using var p = path.ToCString();
        return Retry(SyscallNumber.symlinkat, t, directory, p);
    }
}
