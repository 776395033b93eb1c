using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>The messages of one datagram from the kernel, one after the other. What does not fit into the bytes ends them.</summary>
public ref struct NetlinkMessages(ReadOnlySpan<byte> datagram)
{
    private ReadOnlySpan<byte> _rest = datagram;

    public nlmsghdr Head { get; private set; }

    public readonly NetlinkType Type => (NetlinkType)Head.nlmsg_type;

    public readonly NetlinkFlags Flags => (NetlinkFlags)Head.nlmsg_flags;

    /// <summary>What follows the head.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    public bool Next()
    {
        int size = Unsafe.SizeOf<nlmsghdr>();
        if (_rest.Length < size)
            return false;
        Head = MemoryMarshal.Read<nlmsghdr>(_rest);
        if (Head.nlmsg_len < size || Head.nlmsg_len > _rest.Length)
            return false;
        int length = (int)Head.nlmsg_len;
        Body = _rest[size..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }

    /// <summary>Of an NLMSG_ERROR, or of the NLMSG_DONE after a list: 0, or the errno, positive.</summary>
    public readonly Errno Error => Body.Length < sizeof(int) ? 0 : (Errno)(-MemoryMarshal.Read<int>(Body));

    /// <summary>The kernel's own words about an error, if it has any (extended acknowledgement).</summary>
    public readonly string Explanation
    {
        get
        {
            if ((Flags & NetlinkFlags.NLM_F_ACK_TLVS) == 0)
                return "";
            int start = sizeof(int);
            if (Type == NetlinkType.NLMSG_ERROR)
            {
                start = Unsafe.SizeOf<nlmsgerr>();
                if (Body.Length < start)
                    return "";
                if ((Flags & NetlinkFlags.NLM_F_CAPPED) == 0)
                {
                    // The whole request is quoted.
                    uint quoted = MemoryMarshal.Read<nlmsgerr>(Body).msg.nlmsg_len;
                    start = sizeof(int) + (int)Math.Min((quoted + 3) & ~3u, (uint)Body.Length);
                }
            }
            if (start > Body.Length)
                return "";
            var attributes = new NetlinkAttributes(Body[start..]);
            while (attributes.Next())
            {
                if (attributes.Type == (ushort)NetlinkErrorAttribute.NLMSGERR_ATTR_MSG)
                    return attributes.Text;
            }
            return "";
        }
    }
}
