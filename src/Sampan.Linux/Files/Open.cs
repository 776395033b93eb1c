using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>Flags of <see href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</see>, x86-64 values.</summary>
[Flags]
public enum OpenFlags : uint
{
    O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_NOCTTY = 0x100, O_TRUNC = 0x200, O_APPEND = 0x400, O_NONBLOCK = 0x800,
    O_DSYNC = 0x1000, O_DIRECTORY = 0x10000, O_NOFOLLOW = 0x20000, O_NOATIME = 0x40000, O_CLOEXEC = 0x80000, O_SYNC = 0x101000, O_PATH = 0x200000, O_TMPFILE = 0x410000,
}

/// <summary>How a path is resolved: <see href="https://man7.org/linux/man-pages/man2/openat2.2.html">openat2(2)</see>.</summary>
[Flags]
public enum ResolveFlags : ulong
{
    None = 0, RESOLVE_NO_XDEV = 1, RESOLVE_NO_MAGICLINKS = 2, RESOLVE_NO_SYMLINKS = 4, RESOLVE_BENEATH = 8, RESOLVE_IN_ROOT = 0x10, RESOLVE_CACHED = 0x20,
}

/// <summary>struct open_how; 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct open_how
{
    public ulong flags;
    public ulong mode;
    public ulong resolve;
}

/// <summary>AT_* constants of the *at calls.</summary>
public static class At
{
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_EACCESS = 0x200;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_SYMLINK_FOLLOW = 0x400;
    public const int AT_NO_AUTOMOUNT = 0x800;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_RECURSIVE = 0x8000;
}

public static unsafe partial class Sys
{
    public static nint Openat(int directory, string path, OpenFlags flags, uint mode = 0)
    {
        using var p = new CString(path);
        return Retry(SyscallNumber.openat, directory, p, (nint)(flags | OpenFlags.O_CLOEXEC), (nint)mode);
    }

    /// <summary>openat2(2), again on EAGAIN, which a concurrent rename or mount anywhere on the host can cause under RESOLVE_IN_ROOT and RESOLVE_BENEATH.</summary>
    public static nint Openat2(int directory, ReadOnlySpan<byte> path, OpenFlags flags, ResolveFlags resolve, uint mode = 0)
    {
        using var p = new CString(path);
        var how = new open_how { flags = (ulong)(flags | OpenFlags.O_CLOEXEC), mode = mode, resolve = (ulong)resolve };
        nint result;
        int tries = 0;
        do
            result = Retry(SyscallNumber.openat2, directory, p, (nint)(&how), sizeof(open_how));
        while (result == -(nint)Errno.EAGAIN && ++tries < 256);
        return result;
    }

    public static nint Openat2(int directory, string path, OpenFlags flags, ResolveFlags resolve, uint mode = 0)
        => Openat2(directory, System.Text.Encoding.UTF8.GetBytes(path), flags, resolve, mode);
}

/// <summary>Opening files, with exceptions that name the path.</summary>
public static class Open
{
    public static FileFd File(string path, OpenFlags flags, uint mode = 0, int directory = At.AT_FDCWD)
        => new((int)LinuxException.Check(Sys.Openat(directory, path, flags, mode), "open", path));

    /// <summary>An O_PATH descriptor of <paramref name="path"/>, links followed.</summary>
    public static PathFd Path(string path, OpenFlags flags = 0, int directory = At.AT_FDCWD)
        => new((int)LinuxException.Check(Sys.Openat(directory, path, flags | OpenFlags.O_PATH), "open", path));

    public static PathFd Directory(string path, int directory = At.AT_FDCWD)
        => new((int)LinuxException.Check(Sys.Openat(directory, path, OpenFlags.O_DIRECTORY | OpenFlags.O_RDONLY), "open", path));

    /// <summary>Opens <paramref name="path"/> as a process whose root is <paramref name="root"/> would see it; no link leads out.</summary>
    public static FileFd InRoot(PathFd root, string path, OpenFlags flags, uint mode = 0)
        => new((int)LinuxException.Check(Sys.Openat2(root.Number, path, flags, ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS, mode), "open", path));
}
