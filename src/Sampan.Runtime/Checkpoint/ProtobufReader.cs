using System.Text;

namespace Sampan.Runtime;

/// <summary>Reads the fields of a message that <see cref="ProtobufWriter"/>'s format describes, one after the other, known or not.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>Of the field that <see cref="Next"/> has come to.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, when it is a number.</summary>
    public long Number { get; private set; }

    /// <summary>Its value, when it is a string or a message.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly bool Flag => Number != 0;

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <returns>False at the end of the message.</returns>
    /// <exception cref="SampanException">It is not a message.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        ulong tag = Varint();
        Field = (int)(tag >> 3);
        Number = 0;
        Bytes = default;
        switch ((int)(tag & 7))
        {
            case ProtobufWriter.Varint:
                Number = (long)Varint();
                break;
            case ProtobufWriter.Length:
                ulong length = Varint();
                Bytes = Take(length);
                break;
            case ProtobufWriter.Fixed64:
                Take(8);
                break;
            case ProtobufWriter.Fixed32:
                Take(4);
                break;
            default:
                throw Malformed();
        }
        return true;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte one = Take(1)[0];
            value |= (ulong)(one & 0x7F) << shift;
            if (one < 0x80)
                return value;
        }
        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw Malformed();
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private static SampanException Malformed() => new(ErrorKind.Corrupt, "criu: an answer that is not a message of Protocol Buffers");
}
