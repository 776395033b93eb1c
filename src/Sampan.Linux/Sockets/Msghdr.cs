using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>struct iovec of <see href="https://man7.org/linux/man-pages/man3/iovec.3type.html">iovec(3type)</see>; 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct iovec
{
    public void* iov_base;
    public ulong iov_len;
}

/// <summary>struct msghdr of <see href="https://man7.org/linux/man-pages/man2/recvmsg.2.html">recvmsg(2)</see>; 56 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct msghdr
{
    public void* msg_name;
    public uint msg_namelen;
    private readonly uint _padding;
    public iovec* msg_iov;
    public ulong msg_iovlen;
    public void* msg_control;
    public ulong msg_controllen;
    public int msg_flags;
    private readonly int _padding2;
}
