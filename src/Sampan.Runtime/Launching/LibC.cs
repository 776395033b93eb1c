using System.Runtime.InteropServices;

namespace Sampan.Runtime;

/// <summary>What the executor needs of the C library, taken by address before the clone.</summary>
internal static unsafe partial class LibC
{
    /// <summary>libc's syscall(2), called in the managed convention: no transition, no GC poll. Integers are passed alike in both on x86-64 and arm64.</summary>
    public static delegate*<nint, nint, nint, nint, nint, nint, nint, nint> Syscall
        => (delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)sampan_libc_syscall();

    /// <summary>Where the calling thread's errno lies; the same address in its clone.</summary>
    public static int* Errno => __errno_location();

    // Native/libc.c, linked into every program by eng/aot.props.
    [LibraryImport("sampan-native")]
    private static partial nint sampan_libc_syscall();

    [LibraryImport("libc")]
    private static partial int* __errno_location();
}
