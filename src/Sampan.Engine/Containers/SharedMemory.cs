using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>
/// /dev/shm of a container that others may join (<c>--ipc shareable</c>): a tmpfs mounted on the host, in the container's directory, for two containers
/// have no other way to one mount. It is there from the container's start until it is removed or started again.
/// </summary>
internal static class SharedMemory
{
    public static string Of(string bundle) => $"{bundle}/shm";

    /// <summary>A fresh one.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="owner">The container's root on this host.</param>
    public static void Mount(string bundle, long size, uint owner)
    {
        string path = Of(bundle);
        Unmount(bundle);
        Mkdir.Parents(path, 0x1C0);
        LinuxException.Check(Sys.Mount("shm", path, "tmpfs", MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC, $"mode=1777,size={size},uid={owner},gid={owner}"), "mount", path);
    }

    /// <summary>Whoever has it in a mount namespace of its own keeps it.</summary>
    public static void Unmount(string bundle)
    {
        nint result = Sys.Umount2(Of(bundle), UmountFlags.MNT_DETACH | UmountFlags.UMOUNT_NOFOLLOW);
        if (result != -(nint)Errno.ENOENT && result != -(nint)Errno.EINVAL && result != -(nint)Errno.EPERM)
            LinuxException.Check(result, "umount", Of(bundle));
    }
}
