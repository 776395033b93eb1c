using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>Device nodes: what an image has in their place is not theirs unless it is the same device.</summary>
public static unsafe partial class PlanExecutor
{
    private static nint MakeNode(PlanHeader* plan, nint directory, byte* name, uint mode, uint device)
    {
        nint made = Call(plan, SyscallNumber.mknodat, directory, (nint)name, (nint)mode, (nint)device);
        return made == -(nint)Errno.EEXIST && IsNode(plan, directory, name, mode, device) ? 0 : made;
    }

    // An empty name: the descriptor itself. The device as mknod(2) takes it: twelve bits of major number between the bits of the minor one.
    private static bool IsNode(PlanHeader* plan, nint directory, byte* name, uint mode, uint device)
    {
        var stat = (statx*)plan->Link;
        if (Stat(plan, stat, directory, name) < 0 || (stat->stx_mode & InodeMode.S_IFMT) != (mode & InodeMode.S_IFMT))
            return false;
        uint major = device >> 8 & 0xFFF, minor = device & 0xFF | device >> 12 & 0xFFF00;
        return (mode & InodeMode.S_IFMT) is not (InodeMode.S_IFCHR or InodeMode.S_IFBLK) || stat->stx_rdev_major == major && stat->stx_rdev_minor == minor;
    }
}
