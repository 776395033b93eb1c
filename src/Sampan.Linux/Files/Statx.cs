using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>File types and mode bits of <see href="https://man7.org/linux/man-pages/man7/inode.7.html">inode(7)</see>.</summary>
public static class InodeMode
{
    public const uint S_IFMT = 0xF000;
    public const uint S_IFSOCK = 0xC000;
    public const uint S_IFLNK = 0xA000;
    public const uint S_IFREG = 0x8000;
    public const uint S_IFBLK = 0x6000;
    public const uint S_IFDIR = 0x4000;
    public const uint S_IFCHR = 0x2000;
    public const uint S_IFIFO = 0x1000;

    /// <summary>The permission bits with set-user-id, set-group-id and sticky.</summary>
    public const uint Permissions = 0xFFF;
}

/// <summary>struct statx_timestamp; 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct statx_timestamp
{
    public long tv_sec;
    public uint tv_nsec;
    public int reserved;
}

/// <summary>struct statx; 256 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
public struct statx
{
    public uint stx_mask;
    public uint stx_blksize;
    public ulong stx_attributes;
    public uint stx_nlink;
    public uint stx_uid;
    public uint stx_gid;
    public ushort stx_mode;
    private readonly ushort _spare0;
    public ulong stx_ino;
    public ulong stx_size;
    public ulong stx_blocks;
    public ulong stx_attributes_mask;
    public statx_timestamp stx_atime;
    public statx_timestamp stx_btime;
    public statx_timestamp stx_ctime;
    public statx_timestamp stx_mtime;
    public uint stx_rdev_major;
    public uint stx_rdev_minor;
    public uint stx_dev_major;
    public uint stx_dev_minor;
    public ulong stx_mnt_id;

    public readonly uint Type => stx_mode & InodeMode.S_IFMT;
    public readonly bool IsDirectory => Type == InodeMode.S_IFDIR;
    public readonly bool IsRegular => Type == InodeMode.S_IFREG;
    public readonly bool IsSymlink => Type == InodeMode.S_IFLNK;

    /// <summary>The device number as mknod(2) takes it.</summary>
    public readonly ulong Rdev => Sys.Makedev(stx_rdev_major, stx_rdev_minor);

    /// <summary>The device the file lies on.</summary>
    public readonly ulong Dev => Sys.Makedev(stx_dev_major, stx_dev_minor);
}

public static unsafe partial class Sys
{
    private const uint STATX_BASIC_STATS = 0x7FF, STATX_MNT_ID = 0x1000;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</see>, basic fields and the id of the mount; links are not followed unless <paramref name="flags"/> is 0.</summary>
    public static nint Statx(int directory, FileName path, out statx result, int flags = At.AT_SYMLINK_NOFOLLOW)
    {
        using var p = path.ToCString();
        fixed (statx* s = &result)
            return Retry(SyscallNumber.statx, directory, p, flags | At.AT_NO_AUTOMOUNT, (nint)(STATX_BASIC_STATS | STATX_MNT_ID), (nint)s);
    }

    /// <summary>Of the open file itself; O_PATH descriptors too.</summary>
    public static nint Fstat(int fd, out statx result) => Statx(fd, "", out result, At.AT_EMPTY_PATH);

    /// <summary><see href="https://man7.org/linux/man-pages/man3/makedev.3.html">makedev(3)</see>.</summary>
    public static ulong Makedev(uint major, uint minor)
        => ((ulong)(major & 0xFFFFF000) << 32) | ((ulong)(major & 0xFFF) << 8) | ((ulong)(minor & 0xFFFFFF00) << 12) | (minor & 0xFF);
}
