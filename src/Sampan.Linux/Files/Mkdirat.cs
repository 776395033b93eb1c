namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/mkdir.2.html">mkdirat(2)</see>; the umask applies.</summary>
    public static nint Mkdirat(int directory, FileName path, uint mode)
    {
        using var p = path.ToCString();
        return Retry(SyscallNumber.mkdirat, directory, p, (nint)mode);
    }
}

/// <summary>Making directories.</summary>
public static class Mkdir
{
    /// <summary>Makes the directory and those above it that are missing; one that exists is left as it is.</summary>
    /// <param name="path">Absolute.</param>
    public static void Parents(string path, uint mode)
    {
        nint result = Sys.Mkdirat(At.AT_FDCWD, path, mode);
        if (result == 0 || result == -(nint)Errno.EEXIST)
            return;
        int slash = path.TrimEnd('/').LastIndexOf('/');
        if (result != -(nint)Errno.ENOENT || slash <= 0)
            LinuxException.Throw(result, "mkdir", path);
        Parents(path[..slash], mode);
        result = Sys.Mkdirat(At.AT_FDCWD, path, mode);
        if (result != -(nint)Errno.EEXIST)
            LinuxException.Check(result, "mkdir", path);
    }
}
