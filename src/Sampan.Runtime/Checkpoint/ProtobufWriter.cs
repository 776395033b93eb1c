using System.Text;

namespace Sampan.Runtime;

/// <summary>
/// Writes a message of Protocol Buffers, as much of the format as CRIU's requests need: varints and what has a length.
/// Source: <see href="https://protobuf.dev/programming-guides/encoding/">protobuf.dev, "Encoding"</see>.
/// </summary>
internal sealed class ProtobufWriter
{
    /// <summary>The low three bits of a tag.</summary>
    public const int Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5;

    private readonly List<byte> _bytes = new(256);

    /// <summary>An int32, uint32, bool or enum; a negative one takes ten bytes, as the format has it.</summary>
    public void Number(int field, long value)
    {
        Put((ulong)field << 3 | Varint);
        Put((ulong)value);
    }

    /// <summary>Only when true: false is what a field that is absent says.</summary>
    public void Flag(int field, bool value)
    {
        if (value)
            Number(field, 1);
    }

    /// <summary>A string; null: the field is absent.</summary>
    public void Text(int field, string? text)
    {
        if (text is not null)
            Bytes(field, Encoding.UTF8.GetBytes(text));
    }

    public void Message(int field, ProtobufWriter message) => Bytes(field, message.ToArray());

    public byte[] ToArray() => [.. _bytes];

    private void Bytes(int field, byte[] bytes)
    {
        Put((ulong)field << 3 | Length);
        Put((ulong)bytes.Length);
        _bytes.AddRange(bytes);
    }

    private void Put(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
