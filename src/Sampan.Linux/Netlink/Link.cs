using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux;

/// <summary>A network device. Source: rtnetlink(7), RTM_GETLINK.</summary>
/// <param name="Index">Its number in its network namespace, from 1.</param>
/// <param name="Flags">IFF_UP and others of netdevice(7).</param>
/// <param name="Mtu">In bytes.</param>
public sealed record Link(int Index, string Name, uint Flags, uint Mtu)
{
    public const uint IFF_UP = 1;

    /// <summary>The most bytes a name can have: IFNAMSIZ without the NUL.</summary>
    public const int LongestName = 15;

    /// <summary>Of the body of an RTM_NEWLINK; null when it is cut short.</summary>
    public static Link? Parse(ReadOnlySpan<byte> body)
    {
        int size = Unsafe.SizeOf<ifinfomsg>();
        if (body.Length < size)
            return null;
        var head = MemoryMarshal.Read<ifinfomsg>(body);
        string name = "";
        uint mtu = 0;
        var attributes = new NetlinkAttributes(body[size..]);
        while (attributes.Next())
        {
            if (attributes.Type == (ushort)LinkAttribute.IFLA_IFNAME)
                name = attributes.Text;
            else if (attributes.Type == (ushort)LinkAttribute.IFLA_MTU)
                mtu = attributes.Number;
        }
        return new Link(head.ifi_index, name, head.ifi_flags, mtu);
    }

    /// <summary>Whether the kernel would take it: 1 to 15 bytes, not "." nor "..", no slash, colon or white space (dev_valid_name in net/core/dev.c).</summary>
    public static bool IsValidName(string name)
    {
        if (name is "" or "." or ".." || Encoding.UTF8.GetByteCount(name) > LongestName)
            return false;
        foreach (char c in name)
        {
            // The kernel's white space is of Latin-1, byte by byte; of what UTF-8 makes it can only meet A0.
            if (c is '/' or ':' or '\0' or ' ' or (>= '\t' and <= '\r'))
                return false;
        }
        return true;
    }
}
