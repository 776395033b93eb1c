using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>An address of a network device. Source: rtnetlink(7), RTM_GETADDR.</summary>
/// <param name="LinkIndex">The device's number in its network namespace.</param>
/// <param name="Family">AF_INET or AF_INET6.</param>
/// <param name="Scope">RT_SCOPE_UNIVERSE (0) is the global one.</param>
/// <param name="Address">IFA_ADDRESS: of a point-to-point link the other end's, with the prefix; else as <paramref name="Local"/>. 4 or 16 bytes.</param>
/// <param name="Local">IFA_LOCAL, which IPv6 has only with a peer; else empty.</param>
/// <param name="Broadcast">IFA_BROADCAST, of IPv4; else empty.</param>
/// <param name="RoutePriority">The metric of the route that comes with it; 0: the kernel's choice.</param>
public sealed record InterfaceAddress(int LinkIndex, byte Family, byte PrefixLength, byte Scope, AddressFlags Flags, byte[] Address, byte[] Local, byte[] Broadcast, uint RoutePriority)
{
    public const byte RT_SCOPE_UNIVERSE = 0;

    /// <summary>Of the body of an RTM_NEWADDR; null when it is cut short.</summary>
    public static InterfaceAddress? Parse(ReadOnlySpan<byte> body)
    {
        int size = Unsafe.SizeOf<ifaddrmsg>();
        if (body.Length < size)
            return null;
        var head = MemoryMarshal.Read<ifaddrmsg>(body);
        byte[] address = [], local = [], broadcast = [];
        // The head has room for eight flags; the attribute, where there is one, has them all.
        uint flags = head.ifa_flags, priority = 0;
        var attributes = new NetlinkAttributes(body[size..]);
        while (attributes.Next())
        {
            switch ((AddressAttribute)attributes.Type)
            {
                case AddressAttribute.IFA_ADDRESS:
                    address = attributes.Value.ToArray();
                    break;
                case AddressAttribute.IFA_LOCAL:
                    local = attributes.Value.ToArray();
                    break;
                case AddressAttribute.IFA_BROADCAST:
                    broadcast = attributes.Value.ToArray();
                    break;
                case AddressAttribute.IFA_FLAGS:
                    flags = attributes.Number;
                    break;
                case AddressAttribute.IFA_RT_PRIORITY:
                    priority = attributes.Number;
                    break;
            }
        }
        return new InterfaceAddress((int)head.ifa_index, head.ifa_family, head.ifa_prefixlen, head.ifa_scope, (AddressFlags)flags, address, local, broadcast, priority);
    }

    /// <summary>ADDRESS/PREFIX.</summary>
    public override string ToString()
    {
        byte[] own = Local.Length > 0 ? Local : Address;
        return string.Create(CultureInfo.InvariantCulture, $"{(own.Length is 4 or 16 ? new IPAddress(own).ToString() : Convert.ToHexString(own))}/{PrefixLength}");
    }
}
