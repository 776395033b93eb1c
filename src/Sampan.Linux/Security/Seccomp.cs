using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>struct sock_fprog of <see href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</see>; 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sock_fprog
{
    /// <summary>Instructions of 8 bytes.</summary>
    public ushort len;
    private readonly ushort _padding;
    private readonly uint _padding2;

    /// <summary>Address of the first.</summary>
    public ulong filter;
}
