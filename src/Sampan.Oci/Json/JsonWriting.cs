using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sampan.Oci;

/// <summary>Writes an object as JSON.</summary>
public sealed class JsonWriting : JsonMap
{
    private readonly Utf8JsonWriter _writer;

    private JsonWriting(Utf8JsonWriter writer) => _writer = writer;

    public override bool Reading => false;

    public static byte[] Write(OciObject value, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Options(indented)))
            new JsonWriting(writer).Value(value);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Objects one after another in one array.</summary>
    public static byte[] WriteArray(IEnumerable<OciObject> values, bool indented)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, Options(indented)))
        {
            var map = new JsonWriting(writer);
            writer.WriteStartArray();
            foreach (var value in values)
                map.Value(value);
            writer.WriteEndArray();
        }
        return buffer.WrittenSpan.ToArray();
    }

    // Characters such as '<' and '+' stay as they are: these are files and terminal output, never HTML.
    // As Go's encoder, four spaces for what people read.
    private static JsonWriterOptions Options(bool indented) => new()
    {
        Indented = indented, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true,
    };

    public override void Text(string name, ref string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _writer.WriteString(name, value);
    }

    public override void RequiredText(string name, [NotNull] ref string? value)
    {
        value ??= "";
        _writer.WriteString(name, value);
    }

    public override void Texts(string name, ref List<string>? value)
    {
        if (value is not null)
            List(name, value, static (w, v) => w.WriteStringValue(v));
    }

    public override void Flag(string name, ref bool value)
    {
        if (value)
            _writer.WriteBoolean(name, value);
    }

    public override void Flag(string name, ref bool? value)
    {
        if (value is { } flag)
            _writer.WriteBoolean(name, flag);
    }

    public override void Number(string name, ref int value)
    {
        if (value != 0)
            _writer.WriteNumber(name, value);
    }

    /// <summary>Always written: ids (uid, gid, containerID) mean something when they are 0.</summary>
    public override void Number(string name, ref uint value) => _writer.WriteNumber(name, value);

    public override void Number(string name, ref int? value)
    {
        if (value is { } number)
            _writer.WriteNumber(name, number);
    }

    public override void Number(string name, ref uint? value)
    {
        if (value is { } number)
            _writer.WriteNumber(name, number);
    }

    public override void Number(string name, ref long value) => _writer.WriteNumber(name, value);

    public override void Number(string name, ref long? value)
    {
        if (value is { } number)
            _writer.WriteNumber(name, number);
    }

    public override void Number(string name, ref ulong? value)
    {
        if (value is { } number)
            _writer.WriteNumber(name, number);
    }

    public override void Numbers(string name, ref List<uint>? value)
    {
        if (value is not null)
            List(name, value, static (w, v) => w.WriteNumberValue(v));
    }

    public override void Numbers(string name, ref List<int>? value)
    {
        if (value is not null)
            List(name, value, static (w, v) => w.WriteNumberValue(v));
    }

    public override void TextMap(string name, ref Dictionary<string, string>? value)
    {
        if (value is not null)
            Map(name, value, static (map, v) => map._writer.WriteStringValue(v));
    }

    public override void LongMap(string name, ref Dictionary<string, long>? value)
    {
        if (value is not null)
            Map(name, value, static (map, v) => map._writer.WriteNumberValue(v));
    }

    public override void TextsMap(string name, ref Dictionary<string, List<string>>? value)
    {
        if (value is null)
            return;
        Map(name, value, static (map, v) =>
        {
            map._writer.WriteStartArray();
            foreach (string text in v)
                map._writer.WriteStringValue(text);
            map._writer.WriteEndArray();
        });
    }

    public override void KeySet(string name, ref SortedSet<string>? value)
    {
        if (value is null)
            return;
        _writer.WriteStartObject(name);
        foreach (string key in value)
        {
            _writer.WriteStartObject(key);
            _writer.WriteEndObject();
        }
        _writer.WriteEndObject();
    }

    public override void Object<T>(string name, ref T? value) where T : class
    {
        if (value is null)
            return;
        _writer.WritePropertyName(name);
        Value(value);
    }

    public override void Objects<T>(string name, ref List<T>? value)
    {
        if (value is null)
            return;
        _writer.WriteStartArray(name);
        foreach (var item in value)
            Value(item);
        _writer.WriteEndArray();
    }

    public override void ObjectMap<T>(string name, ref Dictionary<string, T>? value)
    {
        if (value is not null)
            Map(name, value, static (map, v) => map.Value(v));
    }

    [DoesNotReturn]
    public override void Fail(string name, string message) => throw new OciFormatException(name, message);

    private void Value(OciObject value)
    {
        _writer.WriteStartObject();
        value.Map(this);
        _writer.WriteEndObject();
    }

    private void List<T>(string name, List<T> list, Action<Utf8JsonWriter, T> item)
    {
        _writer.WriteStartArray(name);
        foreach (var value in list)
            item(_writer, value);
        _writer.WriteEndArray();
    }

    private void Map<T>(string name, Dictionary<string, T> map, Action<JsonWriting, T> item)
    {
        _writer.WriteStartObject(name);
        foreach (var (key, value) in map.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            _writer.WritePropertyName(key);
            item(this, value);
        }
        _writer.WriteEndObject();
    }
}
