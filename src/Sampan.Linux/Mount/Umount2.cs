namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/umount.2.html">umount2(2)</see>.</summary>
    public static nint Umount2(string target, UmountFlags flags)
    {
        using var t = new CString(target);
        return Call(SyscallNumber.umount2, t, (nint)flags);
    }
}
