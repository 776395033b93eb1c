using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux;

/// <summary>A request to the kernel, as bytes: a head, a structure that goes with the type, attributes. All numbers are in the machine's order.</summary>
public sealed class NetlinkRequest
{
    private byte[] _bytes = new byte[256];
    private int _length = Unsafe.SizeOf<nlmsghdr>();

    /// <param name="flags">Besides NLM_F_REQUEST and NLM_F_ACK, which each request has: every one is answered.</param>
    public NetlinkRequest(NetlinkType type, NetlinkFlags flags = NetlinkFlags.None)
    {
        ref var head = ref MemoryMarshal.AsRef<nlmsghdr>(_bytes.AsSpan());
        head.nlmsg_type = (ushort)type;
        head.nlmsg_flags = (ushort)(flags | NetlinkFlags.NLM_F_REQUEST | NetlinkFlags.NLM_F_ACK);
        Lists = (type is NetlinkType.RTM_GETLINK or NetlinkType.RTM_GETADDR) && flags.HasFlag(NetlinkFlags.NLM_F_DUMP);
    }

    /// <summary>Whether the answer is a list, of many messages.</summary>
    public bool Lists { get; }

    public NetlinkRequest Add(in ifinfomsg link)
    {
        MemoryMarshal.Write(Grow(Unsafe.SizeOf<ifinfomsg>()), in link);
        return this;
    }

    public NetlinkRequest Add(in ifaddrmsg address)
    {
        MemoryMarshal.Write(Grow(Unsafe.SizeOf<ifaddrmsg>()), in address);
        return this;
    }

    public NetlinkRequest Add(ushort attribute, ReadOnlySpan<byte> value)
    {
        var place = Grow(Unsafe.SizeOf<rtattr>() + value.Length);
        var head = new rtattr { rta_len = (ushort)(Unsafe.SizeOf<rtattr>() + value.Length), rta_type = attribute };
        MemoryMarshal.Write(place, in head);
        value.CopyTo(place[Unsafe.SizeOf<rtattr>()..]);
        return this;
    }

    public NetlinkRequest Add(ushort attribute, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(bytes, in value);
        return Add(attribute, bytes);
    }

    /// <summary>A text, ended by a NUL.</summary>
    public NetlinkRequest Add(ushort attribute, string text) => Add(attribute, Encoding.UTF8.GetBytes(text + '\0'));

    /// <summary>The whole message, numbered.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        ref var head = ref MemoryMarshal.AsRef<nlmsghdr>(_bytes.AsSpan());
        head.nlmsg_len = (uint)_length;
        head.nlmsg_seq = sequence;
        return _bytes.AsSpan(0, _length);
    }

    // Each part begins at a multiple of four; what is between is zero.
    private Span<byte> Grow(int size)
    {
        int start = (_length + 3) & ~3;
        _length = start + size;
        if (_length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_length, 2 * _bytes.Length));
        return _bytes.AsSpan(start, size);
    }
}
