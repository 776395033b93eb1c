namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/unshare.2.html">unshare(2)</see>, of the calling thread.</summary>
    public static nint Unshare(CloneFlags flags) => Call(SyscallNumber.unshare, (nint)flags);

    /// <summary><see href="https://man7.org/linux/man-pages/man2/open_tree.2.html">open_tree(2)</see>.</summary>
    public static nint OpenTree(int directory, string path, OpenTreeFlags flags)
    {
        using var p = new CString(path);
        return Retry(SyscallNumber.open_tree, directory, p, (nint)(flags | OpenTreeFlags.OPEN_TREE_CLOEXEC));
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/move_mount.2.html">move_mount(2)</see> of one descriptor onto another.</summary>
    public static nint MoveMount(int mount, int target)
    {
        using var empty = new CString("");
        return Call(SyscallNumber.move_mount, mount, empty, target, empty, (nint)(MoveMountFlags.MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags.MOVE_MOUNT_T_EMPTY_PATH));
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</see>: sets <paramref name="attributes"/> on a mount and all below.</summary>
    public static nint MountSetattr(int mount, MountAttributes attributes)
    {
        using var empty = new CString("");
        var change = new mount_attr { attr_set = (ulong)attributes };
        return Call(SyscallNumber.mount_setattr, mount, empty, At.AT_EMPTY_PATH | At.AT_RECURSIVE, (nint)(&change), sizeof(mount_attr));
    }
}
