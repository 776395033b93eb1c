namespace Sampan.Linux;

/// <summary>A value that carries its type: "Variant" of the D-Bus Specification.</summary>
/// <param name="Signature">One complete type, such as <c>t</c> or <c>a(ss)</c>.</param>
/// <param name="Write">Marshals the value, without the signature.</param>
public sealed record DBusVariant(string Signature, Action<DBusWriter> Write)
{
    public static DBusVariant Of(bool value) => new("b", w => w.Boolean(value));

    public static DBusVariant Of(ulong value) => new("t", w => w.UInt64(value));

    public static DBusVariant Of(string value) => new("s", w => w.String(value));

    public static DBusVariant Of(byte[] value) => new("ay", w =>
    {
        w.UInt32((uint)value.Length);
        w.Bytes(value);
    });

    public static DBusVariant Of(IReadOnlyList<string> value) => new("as", w => w.Array(value, 4, static (w, text) => w.String(text)));

    public static DBusVariant Of(IReadOnlyList<uint> value) => new("au", w => w.Array(value, 4, static (w, number) => w.UInt32(number)));

    public static DBusVariant Of(IReadOnlyList<(string, string)> value) => new("a(ss)", w => w.Array(value, 8, static (w, pair) =>
    {
        w.Align(8);
        w.String(pair.Item1);
        w.String(pair.Item2);
    }));
}
