namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/chown.2.html">fchown(2)</see>; clears set-user-id bits and capabilities of files.</summary>
    public static nint Fchown(int fd, uint uid, uint gid) => Retry(SyscallNumber.fchown, fd, (nint)uid, (nint)gid);

    /// <summary>fchownat(2); by default of the link itself.</summary>
    public static nint Fchownat(int directory, FileName path, uint uid, uint gid, int flags = At.AT_SYMLINK_NOFOLLOW)
    {
        using var p = path.ToCString();
        return Retry(SyscallNumber.fchownat, directory, p, (nint)uid, (nint)gid, flags);
    }
}
