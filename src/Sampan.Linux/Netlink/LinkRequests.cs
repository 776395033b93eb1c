namespace Sampan.Linux;

/// <summary>Network devices of the namespace of a <see cref="NetlinkSocket"/>.</summary>
public static class LinkRequests
{
    /// <exception cref="NetlinkException">ENODEV: there is none of that name.</exception>
    public static Link GetLink(this NetlinkSocket socket, string name)
    {
        Link? found = null;
        socket.Ask(Get(name), $"find network device {name}", (type, body) => found = type == NetlinkType.RTM_NEWLINK ? Link.Parse(body) : found);
        return found ?? throw new NetlinkException(Errno.ENODEV, $"find network device {name}", "");
    }

    /// <summary>All of them.</summary>
    public static List<Link> ListLinks(this NetlinkSocket socket)
    {
        var links = new List<Link>();
        socket.List(new NetlinkRequest(NetlinkType.RTM_GETLINK, NetlinkFlags.NLM_F_DUMP).Add(new ifinfomsg()), "list network devices", links.Clear, (type, body) =>
        {
            if (type == NetlinkType.RTM_NEWLINK && Link.Parse(body) is { } link)
                links.Add(link);
        });
        return links;
    }

    /// <summary>Moves a device into another network namespace, where it has a name at once. The kernel sets it down and takes its addresses.</summary>
    /// <param name="networkNamespace">Open.</param>
    /// <param name="name">There; with %d in it, the kernel puts in the first number that is free.</param>
    /// <exception cref="NetlinkException">EEXIST: the name is taken there. EINVAL: the device is bound to its namespace.</exception>
    public static void MoveLink(this NetlinkSocket socket, Link link, FileFd networkNamespace, string name)
        => socket.Ask(Move(link.Index, networkNamespace.Number, name), $"move network device {link.Name}");

    public static void SetLinkUp(this NetlinkSocket socket, Link link) => socket.Ask(SetUp(link.Index), $"set network device {link.Name} up");

    internal static NetlinkRequest Get(string name) => new NetlinkRequest(NetlinkType.RTM_GETLINK).Add(new ifinfomsg()).Add((ushort)LinkAttribute.IFLA_IFNAME, name);

    internal static NetlinkRequest Move(int index, int networkNamespace, string name)
        => new NetlinkRequest(NetlinkType.RTM_NEWLINK).Add(new ifinfomsg { ifi_index = index })
            .Add((ushort)LinkAttribute.IFLA_IFNAME, name).Add((ushort)LinkAttribute.IFLA_NET_NS_FD, (uint)networkNamespace);

    internal static NetlinkRequest SetUp(int index)
        => new NetlinkRequest(NetlinkType.RTM_NEWLINK).Add(new ifinfomsg { ifi_index = index, ifi_flags = Link.IFF_UP, ifi_change = Link.IFF_UP });
}
