using System.Runtime.InteropServices;

namespace Sampan.Runtime;

/// <summary>What the executor needs of the C library, taken by address before the clone.</summary>
internal static unsafe class LibC
{
    /// <summary>libc's syscall(2), called in the managed convention: no transition, no GC poll. Integers are passed alike in both on x86-64 and arm64.</summary>
    public static delegate*<nint, nint, nint, nint, nint, nint, nint, nint> Syscall
        => (delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)Export("syscall");

    /// <summary>Where the calling thread's errno lies; the same address in its clone.</summary>
    public static int* Errno => ((delegate* unmanaged<int*>)Export("__errno_location"))();

    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), name);
}
