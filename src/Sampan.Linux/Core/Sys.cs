using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>
/// The system calls, raw: each returns its result, or the negative errno, and never throws. One file per man page adds its calls here;
/// a wrapper that throws stands beside the raw call where callers want one.
/// </summary>
public static unsafe partial class Sys
{
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5);

    /// <summary>Performs one system call; the only door to libc's syscall(2).</summary>
    /// <returns>The call's result, or -errno.</returns>
    public static nint Call(SyscallNumber number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        nint result = Syscall((nint)number, a0, a1, a2, a3, a4, a5);
        return result == -1 ? -Marshal.GetLastPInvokeError() : result;
    }

    /// <summary>As <see cref="Call"/>, again when a signal interrupted it. Never for close(2).</summary>
    public static nint Retry(SyscallNumber number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        nint result;
        do
            result = Call(number, a0, a1, a2, a3, a4, a5);
        while (result == -(nint)Errno.EINTR);
        return result;
    }
}
