namespace Sampan.Linux;

public static partial class Sys
{
    public const int W_OK = 2;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/access.2.html">faccessat2(2)</see>, by the effective ids: whether this process might open the file so.</summary>
    public static nint Faccessat(int directory, FileName path, int mode)
    {
        using var p = path.ToCString();
        return Retry(SyscallNumber.faccessat2, directory, p, mode, At.AT_EACCESS);
    }
}
