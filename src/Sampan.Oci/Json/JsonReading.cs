using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Sampan.Oci;

/// <summary>Reads an object from a JSON document, strict about types, and names the path of what is wrong.</summary>
public sealed class JsonReading : JsonMap
{
    /// <summary>Bytes; no specification document is larger in earnest, and whoever wrote it may be hostile.</summary>
    public const int Limit = 4 << 20;

    /// <summary>Bytes.</summary>
    private const int Shortest = 1024;

    private readonly JsonElement _element;
    private readonly JsonReading? _parent;
    private readonly string _name;
    private readonly int _index;

    private JsonReading(JsonElement element, JsonReading? parent, string name, int index = -1)
    {
        (_element, _parent, _name, _index) = (element, parent, name, index);
        if (element.ValueKind != JsonValueKind.Object)
            throw new OciFormatException(Path, $"want an object, not {Kind(element)}");
    }

    public override bool Reading => true;

    private string Path => Join(_parent?.Path ?? "", _index < 0 ? _name : $"{_name}[{_index}]");

    /// <summary>Reads one <typeparamref name="T"/>.</summary>
    /// <exception cref="OciFormatException">Not JSON, too long, or a field of another type than the specification's.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> json) where T : OciObject, new() => Parse(json, static root =>
    {
        var value = new T();
        value.Map(new JsonReading(root, null, ""));
        return value;
    });

    /// <summary>Reads a document that is an array of <typeparamref name="T"/>.</summary>
    /// <exception cref="OciFormatException">As <see cref="Read{T}"/>.</exception>
    public static List<T> ReadArray<T>(ReadOnlyMemory<byte> json) where T : OciObject, new() => Parse(json, static root => Array<T>(root, ""));

    /// <summary>Reads an array of a document that has been parsed.</summary>
    internal static List<T> ReadArray<T>(JsonElement array, string path) where T : OciObject, new() => Checked(() => Array<T>(array, path), path);

    private static List<T> Array<T>(JsonElement root, string path) where T : OciObject, new()
    {
        if (root.ValueKind != JsonValueKind.Array)
            throw new OciFormatException(path, $"want an array, not {Kind(root)}");
        var list = new List<T>(root.GetArrayLength());
        foreach (var element in root.EnumerateArray())
        {
            var value = new T();
            value.Map(new JsonReading(element, null, path, path.Length == 0 ? -1 : list.Count));
            list.Add(value);
        }
        return list;
    }

    private static T Parse<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> read)
    {
        if (json.Length > Limit)
            throw new OciFormatException("", $"longer than {Limit >> 20} MiB");
        return Checked(() => read(Document(json).RootElement));
    }

    private static T Checked<T>(Func<T> read, string path = "")
    {
        try
        {
            return read();
        }
        catch (JsonException e)
        {
            throw new OciFormatException(path, $"not valid JSON at line {(e.LineNumber ?? 0) + 1}, byte {(e.BytePositionInLine ?? 0) + 1}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new OciFormatException(path, "not valid JSON: a string is not valid Unicode", e);
        }
    }

    // JsonDocument takes two arrays of the shared pool, one of 512 bytes for its stack, and one for its table, which begins as long as the document. When the pool
    // gets back two of one size, it wants to know on which processor it is, and the runtime first measures how long it takes to ask: 0.35 ms, a tenth of an
    // `exec`. So the table is left to the collector, and a short document, as a container's state is one, is made a longer one by blanks.
    private static JsonDocument Document(ReadOnlyMemory<byte> json)
    {
        var options = new JsonDocumentOptions { MaxDepth = 32 };
        if (json.Length >= Shortest)
            return JsonDocument.Parse(json, options);
        byte[] longer = new byte[Shortest];
        json.Span.CopyTo(longer);
        longer.AsSpan(json.Length).Fill((byte)' ');
        try
        {
            return JsonDocument.Parse(longer, options);
        }
        catch (JsonException)
        {
            return JsonDocument.Parse(json, options); // for the place of the error
        }
    }

    public override bool Has(string name) => Find(name, out _);

    public override void Text(string name, ref string? value)
    {
        if (Find(name, out var e))
            value = AsText(e, name);
    }

    public override void RequiredText(string name, [NotNull] ref string? value)
    {
        if (Find(name, out var e))
            value = AsText(e, name);
        if (value is null)
            Fail(name, "missing");
    }

    public override void Texts(string name, ref List<string>? value)
    {
        if (Find(name, out var e))
            value = AsTexts(e, name);
    }

    public override void Flag(string name, ref bool value)
    {
        if (Find(name, out var e))
            value = AsFlag(e, name);
    }

    public override void Flag(string name, ref bool? value)
    {
        if (Find(name, out var e))
            value = AsFlag(e, name);
    }

    public override void Number(string name, ref int value)
    {
        if (Find(name, out var e))
            value = (int)AsNumber(e, name, int.MinValue, int.MaxValue);
    }

    public override void Number(string name, ref uint value)
    {
        if (Find(name, out var e))
            value = (uint)AsNumber(e, name, 0, uint.MaxValue);
    }

    public override void Number(string name, ref int? value)
    {
        if (Find(name, out var e))
            value = (int)AsNumber(e, name, int.MinValue, int.MaxValue);
    }

    public override void Number(string name, ref uint? value)
    {
        if (Find(name, out var e))
            value = (uint)AsNumber(e, name, 0, uint.MaxValue);
    }

    public override void Number(string name, ref long value)
    {
        if (Find(name, out var e))
            value = AsNumber(e, name, long.MinValue, long.MaxValue);
    }

    public override void Number(string name, ref long? value)
    {
        if (Find(name, out var e))
            value = AsNumber(e, name, long.MinValue, long.MaxValue);
    }

    public override void Number(string name, ref decimal? value)
    {
        if (!Find(name, out var e))
            return;
        if (e.ValueKind != JsonValueKind.Number || !e.TryGetDecimal(out decimal number))
            Wrong(name, e, "a number");
        else
            value = number;
    }

    public override void Number(string name, ref ulong? value)
    {
        if (!Find(name, out var e))
            return;
        if (e.ValueKind != JsonValueKind.Number || !e.TryGetUInt64(out ulong number))
            Wrong(name, e, "a whole number from 0");
        else
            value = number;
    }

    public override void Numbers(string name, ref List<uint>? value)
    {
        if (Find(name, out var e))
            value = List(e, name, (item, at) => (uint)AsNumber(item, at, 0, uint.MaxValue));
    }

    public override void Numbers(string name, ref List<int>? value)
    {
        if (Find(name, out var e))
            value = List(e, name, (item, at) => (int)AsNumber(item, at, int.MinValue, int.MaxValue));
    }

    public override void Numbers(string name, ref List<long>? value)
    {
        if (Find(name, out var e))
            value = List(e, name, (item, at) => AsNumber(item, at, long.MinValue, long.MaxValue));
    }

    public override void TextMap(string name, ref Dictionary<string, string>? value)
    {
        if (Find(name, out var e))
            value = Map(e, name, AsText);
    }

    public override void LongMap(string name, ref Dictionary<string, long>? value)
    {
        if (Find(name, out var e))
            value = Map(e, name, (item, at) => AsNumber(item, at, long.MinValue, long.MaxValue));
    }

    public override void TextsMap(string name, ref Dictionary<string, List<string>>? value)
    {
        if (Find(name, out var e))
            value = Map(e, name, AsTexts);
    }

    public override UnreadArray? Unread(string name)
        => Find(name, out var e) ? new UnreadArray(e, Join(Path, name)) : null;

    public override void KeySet(string name, ref SortedSet<string>? value)
    {
        if (Find(name, out var e))
            value = new SortedSet<string>(Map(e, name, (_, _) => true).Keys, StringComparer.Ordinal);
    }

    protected override JsonMap? ReadObject(string name) => Find(name, out var e) ? new JsonReading(e, this, name) : null;

    protected override JsonMap[]? ReadObjects(string name)
    {
        if (!Find(name, out var e))
            return null;
        if (e.ValueKind != JsonValueKind.Array)
            Wrong(name, e, "an array");
        var maps = new JsonMap[e.GetArrayLength()];
        int i = 0;
        foreach (var element in e.EnumerateArray())
            maps[i] = new JsonReading(element, this, name, i++);
        return maps;
    }

    protected override (string Key, JsonMap Map)[]? ReadObjectMap(string name)
    {
        if (!Find(name, out var e))
            return null;
        if (e.ValueKind != JsonValueKind.Object)
            Wrong(name, e, "an object");
        var maps = new List<(string, JsonMap)>();
        foreach (var property in e.EnumerateObject())
            maps.Add((property.Name, new JsonReading(property.Value, this, $"{name}[\"{property.Name}\"]")));
        return [.. maps];
    }

    protected override void Write(string name, OciObject? value) => throw new InvalidOperationException();

    protected override void Write(string name, OciObject[] values) => throw new InvalidOperationException();

    protected override void Write(string name, (string Key, OciObject Value)[] values) => throw new InvalidOperationException();

    [DoesNotReturn]
    public override void Fail(string name, string message) => throw new OciFormatException(Join(Path, name), message);

    private bool Find(string name, out JsonElement element)
        => (_element.TryGetProperty(name, out element) || FindInAnyCase(name, out element)) && element.ValueKind != JsonValueKind.Null;

    // As Go's reader, which everybody else's configurations were tried with: a name in other letters will do where the right one is missing.
    private bool FindInAnyCase(string name, out JsonElement element)
    {
        bool found = false;
        element = default;
        foreach (var property in _element.EnumerateObject())
        {
            var given = JsonMarshal.GetRawUtf8PropertyName(property);
            if (given.Length != name.Length || !Ascii.EqualsIgnoreCase(given, name))
                continue;
            found = true;
            element = property.Value;
        }
        return found;
    }

    private string AsText(JsonElement e, string at)
    {
        if (e.ValueKind != JsonValueKind.String)
            Wrong(at, e, "a string");
        return e.GetString()!;
    }

    private bool AsFlag(JsonElement e, string at)
    {
        if (e.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            Wrong(at, e, "true or false");
        return e.GetBoolean();
    }

    private long AsNumber(JsonElement e, string at, long least, long most)
    {
        if (e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out long number) && number >= least && number <= most)
            return number;
        Wrong(at, e, $"a whole number from {least} to {most}");
        return 0;
    }

    private List<string> AsTexts(JsonElement e, string at) => List(e, at, AsText);

    private List<T> List<T>(JsonElement e, string at, Func<JsonElement, string, T> item)
    {
        if (e.ValueKind != JsonValueKind.Array)
            Wrong(at, e, "an array");
        var list = new List<T>(e.GetArrayLength());
        foreach (var element in e.EnumerateArray())
            list.Add(item(element, $"{at}[{list.Count}]"));
        return list;
    }

    private Dictionary<string, T> Map<T>(JsonElement e, string at, Func<JsonElement, string, T> item)
    {
        if (e.ValueKind != JsonValueKind.Object)
            Wrong(at, e, "an object");
        var map = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var property in e.EnumerateObject())
            map[property.Name] = item(property.Value, $"{at}[\"{property.Name}\"]");
        return map;
    }

    [DoesNotReturn]
    private void Wrong(string at, JsonElement e, string wanted) => Fail(at, $"want {wanted}, not {Kind(e)}");

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Kind(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => e.GetRawText() is { Length: <= 24 } text ? text : "a number that long",
        JsonValueKind.Null => "null",
        _ => e.GetRawText(),
    };
}
