using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>struct sockaddr_nl of <see href="https://man7.org/linux/man-pages/man7/netlink.7.html">netlink(7)</see>; 12 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct sockaddr_nl
{
    public ushort nl_family;
    private readonly ushort _padding;
    public uint nl_pid;
    public uint nl_groups;
}

/// <summary>struct nlmsghdr of netlink(7): the head of each message; 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nlmsghdr
{
    /// <summary>Bytes of the message with this head, without the padding up to four that follows.</summary>
    public uint nlmsg_len;
    public ushort nlmsg_type;
    public ushort nlmsg_flags;
    public uint nlmsg_seq;
    public uint nlmsg_pid;
}

/// <summary>struct nlmsgerr of netlink(7): an acknowledgement, or what went wrong; 20 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct nlmsgerr
{
    /// <summary>0, or a negative errno.</summary>
    public int error;
    /// <summary>The head of the request that is answered.</summary>
    public nlmsghdr msg;
}

/// <summary>struct rtattr of <see href="https://man7.org/linux/man-pages/man7/rtnetlink.7.html">rtnetlink(7)</see>: the head of an attribute; 4 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct rtattr
{
    /// <summary>Bytes of the attribute with this head, without the padding up to four that follows.</summary>
    public ushort rta_len;
    public ushort rta_type;
}

/// <summary>struct ifinfomsg of rtnetlink(7): a link; 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ifinfomsg
{
    public byte ifi_family;
    private readonly byte _padding;
    public ushort ifi_type;
    public int ifi_index;
    public uint ifi_flags;
    /// <summary>Which bits of <see cref="ifi_flags"/> are to change.</summary>
    public uint ifi_change;
}

/// <summary>struct ifaddrmsg of rtnetlink(7): an address; 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ifaddrmsg
{
    public byte ifa_family;
    public byte ifa_prefixlen;
    public byte ifa_flags;
    public byte ifa_scope;
    public uint ifa_index;
}
