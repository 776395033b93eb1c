namespace Sampan.Linux;

/// <summary>Types of messages: netlink(7) below 16, rtnetlink(7) from 16.</summary>
public enum NetlinkType : ushort
{
    NLMSG_NOOP = 1, NLMSG_ERROR = 2, NLMSG_DONE = 3,
    RTM_NEWLINK = 16, RTM_DELLINK = 17, RTM_GETLINK = 18, RTM_NEWADDR = 20, RTM_DELADDR = 21, RTM_GETADDR = 22,
}

/// <summary>Flags of messages; some bits mean one thing in a request to make, another in one to list, another in an answer.</summary>
[Flags]
public enum NetlinkFlags : ushort
{
    None = 0, NLM_F_REQUEST = 1, NLM_F_MULTI = 2, NLM_F_ACK = 4, NLM_F_DUMP_INTR = 0x10, NLM_F_DUMP = 0x300,
    NLM_F_REPLACE = 0x100, NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400,
    /// <summary>Of an NLMSG_ERROR: the request is quoted with its head alone.</summary>
    NLM_F_CAPPED = 0x100,
    /// <summary>Of an NLMSG_ERROR or NLMSG_DONE: attributes follow (<see cref="NetlinkErrorAttribute"/>).</summary>
    NLM_F_ACK_TLVS = 0x200,
}

/// <summary>Attributes of an NLMSG_ERROR.</summary>
public enum NetlinkErrorAttribute : ushort
{
    /// <summary>The kernel's own words, ended by a NUL.</summary>
    NLMSGERR_ATTR_MSG = 1,
}

/// <summary>Attributes of a link: linux/if_link.h.</summary>
public enum LinkAttribute : ushort
{
    IFLA_ADDRESS = 1, IFLA_IFNAME = 3, IFLA_MTU = 4, IFLA_NET_NS_FD = 28,
}

/// <summary>Attributes of an address: linux/if_addr.h.</summary>
public enum AddressAttribute : ushort
{
    IFA_ADDRESS = 1, IFA_LOCAL = 2, IFA_LABEL = 3, IFA_BROADCAST = 4, IFA_FLAGS = 8, IFA_RT_PRIORITY = 9,
}

/// <summary>Flags of an address: linux/if_addr.h.</summary>
[Flags]
public enum AddressFlags : uint
{
    None = 0, IFA_F_SECONDARY = 1, IFA_F_NODAD = 2, IFA_F_OPTIMISTIC = 4, IFA_F_DADFAILED = 8, IFA_F_HOMEADDRESS = 0x10, IFA_F_DEPRECATED = 0x20,
    IFA_F_TENTATIVE = 0x40, IFA_F_PERMANENT = 0x80, IFA_F_MANAGETEMPADDR = 0x100, IFA_F_NOPREFIXROUTE = 0x200, IFA_F_MCAUTOJOIN = 0x400, IFA_F_STABLE_PRIVACY = 0x800,
}
