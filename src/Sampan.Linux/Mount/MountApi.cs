using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>Flags of <see href="https://man7.org/linux/man-pages/man2/open_tree.2.html">open_tree(2)</see>.</summary>
[Flags]
public enum OpenTreeFlags : uint
{
    OPEN_TREE_CLONE = 1, AT_EMPTY_PATH = 0x1000, AT_RECURSIVE = 0x8000, AT_SYMLINK_NOFOLLOW = 0x100, OPEN_TREE_CLOEXEC = 0x80000,
}

/// <summary>Flags of <see href="https://man7.org/linux/man-pages/man2/move_mount.2.html">move_mount(2)</see>.</summary>
[Flags]
public enum MoveMountFlags : uint
{
    MOVE_MOUNT_F_SYMLINKS = 1, MOVE_MOUNT_F_EMPTY_PATH = 4, MOVE_MOUNT_T_SYMLINKS = 0x10, MOVE_MOUNT_T_EMPTY_PATH = 0x40,
}

/// <summary>Commands of <see href="https://man7.org/linux/man-pages/man2/fsconfig.2.html">fsconfig(2)</see>.</summary>
public enum FsConfigCommand : uint
{
    FSCONFIG_SET_FLAG = 0, FSCONFIG_SET_STRING, FSCONFIG_SET_BINARY, FSCONFIG_SET_PATH, FSCONFIG_SET_PATH_EMPTY, FSCONFIG_SET_FD, FSCONFIG_CMD_CREATE, FSCONFIG_CMD_RECONFIGURE,
}

/// <summary>Mount attributes of <see href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</see>.</summary>
[Flags]
public enum MountAttributes : ulong
{
    None = 0, MOUNT_ATTR_RDONLY = 1, MOUNT_ATTR_NOSUID = 2, MOUNT_ATTR_NODEV = 4, MOUNT_ATTR_NOEXEC = 8,
    MOUNT_ATTR__ATIME = 0x70, MOUNT_ATTR_RELATIME = 0, MOUNT_ATTR_NOATIME = 0x10, MOUNT_ATTR_STRICTATIME = 0x20, MOUNT_ATTR_NODIRATIME = 0x80,
    MOUNT_ATTR_IDMAP = 0x100000, MOUNT_ATTR_NOSYMFOLLOW = 0x200000,
}

/// <summary>Flags of <see href="https://man7.org/linux/man-pages/man2/mount.2.html">mount(2)</see>.</summary>
[Flags]
public enum MountFlags : ulong
{
    None = 0, MS_RDONLY = 1, MS_NOSUID = 2, MS_NODEV = 4, MS_NOEXEC = 8, MS_SYNCHRONOUS = 16, MS_REMOUNT = 32, MS_MANDLOCK = 64, MS_DIRSYNC = 128,
    MS_NOSYMFOLLOW = 256, MS_NOATIME = 1024, MS_NODIRATIME = 2048, MS_BIND = 4096, MS_MOVE = 8192, MS_REC = 16384, MS_SILENT = 32768,
    MS_UNBINDABLE = 1 << 17, MS_PRIVATE = 1 << 18, MS_SLAVE = 1 << 19, MS_SHARED = 1 << 20, MS_RELATIME = 1 << 21, MS_I_VERSION = 1 << 23,
    MS_STRICTATIME = 1 << 24, MS_LAZYTIME = 1 << 25,
}

/// <summary>Flags of <see href="https://man7.org/linux/man-pages/man2/umount.2.html">umount2(2)</see>.</summary>
[Flags]
public enum UmountFlags : uint { MNT_FORCE = 1, MNT_DETACH = 2, MNT_EXPIRE = 4, UMOUNT_NOFOLLOW = 8 }

/// <summary>struct mount_attr; 32 bytes (MOUNT_ATTR_SIZE_VER0).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct mount_attr
{
    public ulong attr_set;
    public ulong attr_clr;
    public ulong propagation;
    public ulong userns_fd;
}
