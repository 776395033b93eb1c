using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>The launcher's own effective capabilities: capget(2).</summary>
internal static unsafe class SelfCapabilities
{
    public static bool Has(Capability capability)
    {
        ulong header = 0x20080522; // _LINUX_CAPABILITY_VERSION_3, this process
        uint* data = stackalloc uint[6];
        if (Sys.Call(SyscallNumber.capget, (nint)(&header), (nint)data) < 0)
            return false;
        ulong effective = data[0] | (ulong)data[3] << 32;
        return (effective >> (int)capability & 1) != 0;
    }
}
