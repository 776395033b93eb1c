namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/chmod.2.html">fchmod(2)</see>; not for O_PATH descriptors.</summary>
    public static nint Fchmod(int fd, uint mode) => Retry(SyscallNumber.fchmod, fd, (nint)mode);

    /// <summary>fchmodat(2): follows a link in the last component.</summary>
    public static nint Fchmodat(int directory, FileName path, uint mode)
    {
        using var p = path.ToCString();
        return Retry(SyscallNumber.fchmodat, directory, p, (nint)mode);
    }
}
