namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/mount.2.html">mount(2)</see>: on a directory of this process's own mount namespace.</summary>
    public static nint Mount(string source, string target, string type, MountFlags flags, string data = "")
    {
        using var s = new CString(source);
        using var t = new CString(target);
        using var f = new CString(type);
        using var d = new CString(data);
        return Call(SyscallNumber.mount, s, t, f, (nint)flags, d);
    }
}
