using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux;

/// <summary>The attributes of a message, one after the other. What does not fit into the bytes ends them.</summary>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    // The two upper bits of a type say that it is nested, or in network order.
    private const ushort TypeMask = 0x3FFF;

    private ReadOnlySpan<byte> _rest = bytes;

    public ushort Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The value as a number; 0 where it is none.</summary>
    public readonly uint Number => Value.Length == sizeof(uint) ? MemoryMarshal.Read<uint>(Value) : 0;

    /// <summary>The value as a text, up to its NUL.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Value.IndexOf((byte)0) is >= 0 and int end ? Value[..end] : Value);

    public bool Next()
    {
        int size = Unsafe.SizeOf<rtattr>();
        if (_rest.Length < size)
            return false;
        var head = MemoryMarshal.Read<rtattr>(_rest);
        if (head.rta_len < size || head.rta_len > _rest.Length)
            return false;
        Type = (ushort)(head.rta_type & TypeMask);
        Value = _rest[size..head.rta_len];
        _rest = _rest[Math.Min((head.rta_len + 3) & ~3, _rest.Length)..];
        return true;
    }
}
