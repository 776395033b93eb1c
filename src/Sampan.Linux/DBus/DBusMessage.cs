namespace Sampan.Linux;

public enum DBusMessageType : byte
{
    Invalid, MethodCall, MethodReturn, Error, Signal,
}

/// <summary>
/// One message: <see href="https://dbus.freedesktop.org/doc/dbus-specification.html#message-protocol-messages">D-Bus Specification, "Message Format"</see>.
/// </summary>
public sealed class DBusMessage
{
    private const byte Path = 1, Interface = 2, Member = 3, ErrorName = 4, ReplySerial = 5, Destination = 6, Signature = 8;

    /// <summary>What a header says of itself before its fields: the fixed part and the length of the array.</summary>
    public const int FixedLength = 16;

    /// <summary>"Message Format": the greatest length of a message.</summary>
    private const uint Longest = 128 << 20;

    public required DBusMessageType Type { get; init; }

    public uint Serial { get; init; }

    /// <summary>Of an answer: the serial of the call.</summary>
    public uint AnswerTo { get; private set; }

    public string Name { get; private set; } = "";

    public byte[] Body { get; private init; } = [];

    /// <summary>A method call as it goes over the wire.</summary>
    public static byte[] Call(uint serial, string destination, string path, string @interface, string member, string signature, Action<DBusWriter>? arguments)
    {
        var body = new DBusWriter();
        arguments?.Invoke(body);
        var fields = new List<(byte, DBusVariant)>
        {
            (Path, new("o", w => w.String(path))), (Interface, DBusVariant.Of(@interface)), (Member, DBusVariant.Of(member)), (Destination, DBusVariant.Of(destination)),
        };
        if (signature.Length > 0)
            fields.Add((Signature, new("g", w => w.Signature(signature))));
        var message = new DBusWriter();
        message.Byte((byte)'l');
        message.Byte((byte)DBusMessageType.MethodCall);
        message.Byte(0);
        message.Byte(1);
        message.UInt32((uint)body.Length);
        message.UInt32(serial);
        message.Array(fields, 8, static (w, field) =>
        {
            w.Align(8);
            w.Byte(field.Item1);
            w.Variant(field.Item2);
        });
        message.Align(8);
        message.Bytes(body.Written);
        return message.Written.ToArray();
    }

    /// <summary>Length of the whole message of which at least <see cref="FixedLength"/> bytes are there.</summary>
    public static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (start[0] != 'l')
            throw new SampanException(ErrorKind.Unsupported, "D-Bus: a message in the other byte order");
        uint body = BitConverter.ToUInt32(start[4..]), fields = BitConverter.ToUInt32(start[12..]);
        if (body > Longest || fields > Longest)
            throw new SampanException(ErrorKind.Corrupt, "D-Bus: a message longer than any may be");
        return (int)(FixedLength + ((fields + 7) & ~7u) + body);
    }

    /// <summary>Reads a whole message.</summary>
    public static DBusMessage Parse(ReadOnlySpan<byte> bytes)
    {
        int body = bytes.Length - (int)BitConverter.ToUInt32(bytes[4..]), end = FixedLength + (int)BitConverter.ToUInt32(bytes[12..]);
        var message = new DBusMessage { Type = (DBusMessageType)bytes[1], Serial = BitConverter.ToUInt32(bytes[8..]), Body = bytes[body..].ToArray() };
        var reader = new DBusReader(bytes[..end]);
        while (reader.Position < FixedLength)
            reader.Byte();
        while (!reader.AtEnd)
        {
            reader.Align(8);
            byte code = reader.Byte();
            if (code == ReplySerial)
            {
                reader.Signature();
                message.AnswerTo = reader.UInt32();
            }
            else if (reader.VariantText() is { } text && code is Member or ErrorName)
                message.Name = text;
        }
        return message;
    }
}
