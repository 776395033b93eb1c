namespace Sampan.Linux;

/// <summary>Addresses of the network devices in the namespace of a <see cref="NetlinkSocket"/>.</summary>
public static class AddressRequests
{
    // The rest says how the address fares, not how it is wished.
    private const AddressFlags Wishes = AddressFlags.IFA_F_NODAD | AddressFlags.IFA_F_HOMEADDRESS | AddressFlags.IFA_F_MANAGETEMPADDR
        | AddressFlags.IFA_F_NOPREFIXROUTE | AddressFlags.IFA_F_MCAUTOJOIN;

    /// <summary>Of all devices and families, in the kernel's order: of IPv4, what is primary comes before what is secondary.</summary>
    public static List<InterfaceAddress> ListAddresses(this NetlinkSocket socket)
    {
        var addresses = new List<InterfaceAddress>();
        socket.List(new NetlinkRequest(NetlinkType.RTM_GETADDR, NetlinkFlags.NLM_F_DUMP).Add(new ifaddrmsg()), "list addresses", addresses.Clear, (type, body) =>
        {
            if (type == NetlinkType.RTM_NEWADDR && InterfaceAddress.Parse(body) is { } address)
                addresses.Add(address);
        });
        return addresses;
    }

    /// <summary>Gives a device an address, forever.</summary>
    /// <exception cref="NetlinkException">EEXIST: it has it already. EACCES: IPv6 is switched off.</exception>
    public static void AddAddress(this NetlinkSocket socket, Link link, InterfaceAddress address) => socket.Ask(Add(link.Index, address), $"add address {address} to {link.Name}");

    internal static NetlinkRequest Add(int index, InterfaceAddress address)
    {
        var request = new NetlinkRequest(NetlinkType.RTM_NEWADDR, NetlinkFlags.NLM_F_CREATE | NetlinkFlags.NLM_F_EXCL)
            .Add(new ifaddrmsg { ifa_family = address.Family, ifa_prefixlen = address.PrefixLength, ifa_scope = address.Scope, ifa_index = (uint)index });
        if (address.Address.Length > 0)
            request.Add((ushort)AddressAttribute.IFA_ADDRESS, address.Address);
        if (address.Local.Length > 0)
            request.Add((ushort)AddressAttribute.IFA_LOCAL, address.Local);
        if (address.Broadcast.Length > 0)
            request.Add((ushort)AddressAttribute.IFA_BROADCAST, address.Broadcast);
        if ((address.Flags & Wishes) != 0)
            request.Add((ushort)AddressAttribute.IFA_FLAGS, (uint)(address.Flags & Wishes));
        if (address.RoutePriority != 0)
            request.Add((ushort)AddressAttribute.IFA_RT_PRIORITY, address.RoutePriority);
        return request;
    }
}
