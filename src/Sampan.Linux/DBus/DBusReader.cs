using System.Buffers.Binary;
using System.Text;

namespace Sampan.Linux;

/// <summary>Reads what <see cref="DBusWriter"/> writes; every length is checked, for the other side may be anybody.</summary>
public ref struct DBusReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _at;

    public readonly bool AtEnd => _at >= _data.Length;

    public readonly int Position => _at;

    public void Align(int alignment) => Take(-_at & (alignment - 1));

    public byte Byte() => Take(1)[0];

    public uint UInt32()
    {
        Align(4);
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    public string String() => Text(UInt32());

    public string Signature() => Text(Byte());

    /// <summary>A variant of a type that headers and systemd's answers have; of others only their place is kept.</summary>
    /// <returns>A string, or null when it holds none.</returns>
    public string? VariantText()
    {
        switch (Signature())
        {
            case "s" or "o":
                return String();
            case "g":
                return Signature();
            case "u" or "i" or "b":
                UInt32();
                return null;
            default:
                throw Damaged();
        }
    }

    private string Text(uint length)
    {
        if (length >= (uint)(_data.Length - _at))
            throw Damaged();
        string text = Encoding.UTF8.GetString(Take((int)length));
        Take(1);
        return text;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - _at)
            throw Damaged();
        _at += count;
        return _data.Slice(_at - count, count);
    }

    private static SampanException Damaged() => new(ErrorKind.Corrupt, "D-Bus: a message that is shorter than it says, or of an unexpected type");
}
