using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>Which user namespace this program runs in: user_namespaces(7).</summary>
public static class UserNamespaces
{
    /// <summary>The number that the kernel gives to the first one, which is not made but there: PROC_USER_INIT_INO of linux/proc_ns.h.</summary>
    private const ulong First = 0xEFFFFFFD;

    /// <summary>Whether this is one that somebody has made: its root is not the machine's.</summary>
    public static bool Nested() => Sys.Statx(At.AT_FDCWD, "/proc/self/ns/user", out var stat, flags: 0) >= 0 && stat.stx_ino != First;
}
