using System.Buffers.Binary;
using System.Text;

namespace Sampan.Linux;

/// <summary>
/// Marshals values as a D-Bus message has them, little endian:
/// <see href="https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-marshaling">D-Bus Specification, "Marshaling (Wire Format)"</see>.
/// </summary>
/// <remarks>Alignment counts from the writer's beginning, which must lie at a multiple of 8 in the message.</remarks>
public sealed class DBusWriter
{
    private byte[] _buffer = new byte[512];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Zero bytes up to a multiple of <paramref name="alignment"/>; before a struct it is 8.</summary>
    public void Align(int alignment) => Take(-Length & (alignment - 1)).Clear();

    public void Byte(byte value) => Take(1)[0] = value;

    public void Boolean(bool value) => UInt32(value ? 1u : 0);

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Aligned(2), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Aligned(4), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Aligned(8), value);

    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Aligned(8), value);

    /// <summary>Also an object path: the length, the text, a NUL.</summary>
    public void String(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        UInt32((uint)length);
        Text(value, length);
    }

    public void Signature(string value)
    {
        Byte((byte)value.Length);
        Text(value, value.Length);
    }

    public void Variant(DBusVariant value)
    {
        Signature(value.Signature);
        value.Write(this);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>An array: its length in bytes without the padding before the first element, then the elements.</summary>
    public void Array<T>(IReadOnlyList<T> elements, int alignment, Action<DBusWriter, T> write)
    {
        UInt32(0);
        int length = Length - 4;
        Align(alignment);
        int start = Length;
        foreach (var element in elements)
            write(this, element);
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(length), (uint)(Length - start));
    }

    private void Text(string value, int length)
    {
        Encoding.UTF8.GetBytes(value, Take(length));
        Byte(0);
    }

    private Span<byte> Aligned(int size)
    {
        Align(size);
        return Take(size);
    }

    private Span<byte> Take(int count)
    {
        if (Length + count > _buffer.Length)
            System.Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        Length += count;
        return _buffer.AsSpan(Length - count, count);
    }
}
