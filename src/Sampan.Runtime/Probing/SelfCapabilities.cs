using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>The launcher's own effective capabilities: capget(2).</summary>
internal static unsafe class SelfCapabilities
{
    /// <summary>A bit for each.</summary>
    public static ulong Effective()
    {
        ulong header = 0x20080522; // _LINUX_CAPABILITY_VERSION_3, this process
        uint* data = stackalloc uint[6];
        if (Sys.Call(SyscallNumber.capget, (nint)(&header), (nint)data) < 0)
            return 0;
        return data[0] | (ulong)data[3] << 32;
    }
}
