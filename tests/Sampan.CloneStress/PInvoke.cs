using System.Runtime.InteropServices;

namespace Sampan.CloneStress;

/// <summary>What the executor must not use: after such a call the compiler looks whether a collection wants this thread to stop.</summary>
internal static unsafe class PInvoke
{
    public static nint Call(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5) => syscall(number, a0, a1, a2, a3, a4, a5);

    [DllImport("libc"), SuppressGCTransition]
    private static extern nint syscall(nint number, nint a0, nint a1, nint a2, nint a3, nint a4, nint a5);
}
