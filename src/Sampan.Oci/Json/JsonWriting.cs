using System.Diagnostics.CodeAnalysis;

namespace Sampan.Oci;

/// <summary>Writes an object as JSON.</summary>
public sealed class JsonWriting : JsonMap
{
    private readonly JsonText _text;

    private JsonWriting(JsonText text) => _text = text;

    public override bool Reading => false;

    public static byte[] Write(OciObject value, bool indented)
    {
        var text = new JsonText(indented);
        new JsonWriting(text).Value(value);
        return text.ToArray();
    }

    /// <summary>Objects one after another in one array.</summary>
    public static byte[] WriteArray(IEnumerable<OciObject> values, bool indented)
    {
        var text = new JsonText(indented);
        var map = new JsonWriting(text);
        text.StartArray();
        foreach (var value in values)
            map.Value(value);
        text.EndArray();
        return text.ToArray();
    }

    public override void Text(string name, ref string? value)
    {
        if (!string.IsNullOrEmpty(value))
            Named(name).String(value);
    }

    public override void RequiredText(string name, [NotNull] ref string? value)
    {
        value ??= "";
        Named(name).String(value);
    }

    public override void Texts(string name, ref List<string>? value)
    {
        if (value is not null)
            List(name, value, static (w, v) => w.String(v));
    }

    public override void Flag(string name, ref bool value)
    {
        if (value)
            Named(name).Bool(value);
    }

    public override void Flag(string name, ref bool? value)
    {
        if (value is { } flag)
            Named(name).Bool(flag);
    }

    public override void Number(string name, ref int value)
    {
        if (value != 0)
            Named(name).Number(value);
    }

    /// <summary>Always written: ids (uid, gid, containerID) mean something when they are 0.</summary>
    public override void Number(string name, ref uint value) => Named(name).Number(value);

    public override void Number(string name, ref int? value)
    {
        if (value is { } number)
            Named(name).Number(number);
    }

    public override void Number(string name, ref uint? value)
    {
        if (value is { } number)
            Named(name).Number(number);
    }

    public override void Number(string name, ref long value) => Named(name).Number(value);

    public override void Number(string name, ref long? value)
    {
        if (value is { } number)
            Named(name).Number(number);
    }

    public override void Number(string name, ref ulong? value)
    {
        if (value is { } number)
            Named(name).Number(number);
    }

    public override void Number(string name, ref decimal? value)
    {
        if (value is { } number)
            Named(name).Number(number);
    }

    public override void Numbers(string name, ref List<uint>? value)
    {
        if (value is not null)
            List(name, value, static (w, v) => w.Number(v));
    }

    public override void Numbers(string name, ref List<int>? value)
    {
        if (value is not null)
            List(name, value, static (w, v) => w.Number(v));
    }

    public override void Numbers(string name, ref List<long>? value)
    {
        if (value is not null)
            List(name, value, static (w, v) => w.Number(v));
    }

    public override void TextMap(string name, ref Dictionary<string, string>? value)
    {
        if (value is not null)
            Map(name, value, static (map, v) => map._text.String(v));
    }

    public override void LongMap(string name, ref Dictionary<string, long>? value)
    {
        if (value is not null)
            Map(name, value, static (map, v) => map._text.Number(v));
    }

    public override void TextsMap(string name, ref Dictionary<string, List<string>>? value)
    {
        if (value is null)
            return;
        Map(name, value, static (map, v) =>
        {
            map._text.StartArray();
            foreach (string text in v)
                map._text.String(text);
            map._text.EndArray();
        });
    }

    public override void Null(string name) => Named(name).Null();

    public override void KeySet(string name, ref SortedSet<string>? value)
    {
        if (value is null)
            return;
        Named(name).StartObject();
        foreach (string key in value)
        {
            Named(key).StartObject();
            _text.EndObject();
        }
        _text.EndObject();
    }

    protected override void Write(string name, OciObject? value)
    {
        if (value is null)
            return;
        _text.Name(name);
        Value(value);
    }

    protected override void Write(string name, OciObject[] values)
    {
        Named(name).StartArray();
        foreach (var item in values)
            Value(item);
        _text.EndArray();
    }

    protected override void Write(string name, (string Key, OciObject Value)[] values)
    {
        Named(name).StartObject();
        foreach (var (key, value) in values)
        {
            _text.Name(key);
            Value(value);
        }
        _text.EndObject();
    }

    protected override JsonMap? ReadObject(string name) => throw new InvalidOperationException();

    protected override JsonMap[]? ReadObjects(string name) => throw new InvalidOperationException();

    protected override (string Key, JsonMap Map)[]? ReadObjectMap(string name) => throw new InvalidOperationException();

    [DoesNotReturn]
    public override void Fail(string name, string message) => throw new OciFormatException(name, message);

    private JsonText Named(string name)
    {
        _text.Name(name);
        return _text;
    }

    private void Value(OciObject value)
    {
        _text.StartObject();
        value.Map(this);
        _text.EndObject();
    }

    private void List<T>(string name, List<T> list, Action<JsonText, T> item)
    {
        Named(name).StartArray();
        foreach (var value in list)
            item(_text, value);
        _text.EndArray();
    }

    private void Map<T>(string name, Dictionary<string, T> map, Action<JsonWriting, T> item)
    {
        Named(name).StartObject();
        string[] keys = [.. map.Keys];
        Array.Sort(keys, StringComparer.Ordinal);
        foreach (string key in keys)
        {
            _text.Name(key);
            item(this, map[key]);
        }
        _text.EndObject();
    }
}
