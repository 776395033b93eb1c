using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Format;

/// <summary>
/// Values in templates, as Go prints and judges them. A value is null (nil), <see cref="Missing"/>, a bool, a long, a double, a string, a list that a function
/// gave, or a <see cref="JsonElement"/> that is an array or an object.
/// </summary>
internal static class GoValue
{
    /// <summary>What a map gives for a key it has not.</summary>
    public static readonly object Missing = new();

    /// <summary>Objects whose keys are the user's, where Docker's types have maps: another key is no mistake.</summary>
    private static readonly string[] Maps =
    [
        "Labels", "Volumes", "ExposedPorts", "Ports", "Networks", "PortBindings", "Tmpfs", "Sysctls", "Annotations", "StorageOpt", "Data", "Runtimes", "Attributes", "Options",
    ];

    public static object? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out long whole) ? whole : element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        JsonValueKind.Undefined => Missing,
        _ => element,
    };

    public static object? Field(object? value, Operand operand)
    {
        bool map = false;
        string before = "";
        foreach (string name in operand.Fields)
        {
            if (value is null)
                throw Template.Wrong($"nil pointer evaluating {operand} at {name}");
            if (value is not JsonElement { ValueKind: JsonValueKind.Object } element)
                throw Template.Wrong(ReferenceEquals(value, Missing) ? $"nil data; no entry for key \"{name}\" in {operand}" : $"can't evaluate field {name} in {operand}");
            if (element.TryGetProperty(name, out var field))
                value = Of(field);
            else
                value = map ? Missing : throw Template.Wrong($"can't evaluate field {name} in {operand}: there is no such field (names are case-sensitive)");
            map = Array.IndexOf(Maps, name) >= 0 || (before, name) is ("LogConfig", "Config");
            before = name;
        }
        return value;
    }

    public static bool IsTrue(object? value) => value switch
    {
        bool truth => truth,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        List<object?> list => list.Count > 0,
        JsonElement element => Length(element) > 0,
        _ => false,
    };

    /// <summary>Keys and values; a map's in the order of its keys.</summary>
    public static IEnumerable<(object? Key, object? Value)> Items(object? value) => value switch
    {
        JsonElement { ValueKind: JsonValueKind.Array } array => array.EnumerateArray().Select(static (item, i) => ((object?)(long)i, Of(item))),
        JsonElement element => Sorted(element).Select(static property => ((object?)property.Name, Of(property.Value))),
        List<object?> list => list.Select(static (item, i) => ((object?)(long)i, item)),
        long count => Enumerable.Range(0, (int)Math.Clamp(count, 0, 1 << 20)).Select(static i => ((object?)(long)i, (object?)(long)i)),
        null => [],
        _ => ReferenceEquals(value, Missing) ? [] : throw Template.Wrong($"range can't iterate over {Text(value)}"),
    };

    public static int Length(object? value) => value switch
    {
        string text => Encoding.UTF8.GetByteCount(text),
        List<object?> list => list.Count,
        JsonElement { ValueKind: JsonValueKind.Array } array => array.GetArrayLength(),
        JsonElement { ValueKind: JsonValueKind.Object } map => map.EnumerateObject().Count(),
        null => throw Template.Wrong("len of nil pointer"),
        _ => throw Template.Wrong($"len of type {TypeName(value)}"),
    };

    public static IEnumerable<JsonProperty> Sorted(JsonElement map) => map.EnumerateObject().OrderBy(static property => property.Name, StringComparer.Ordinal);

    public static string TypeName(object? value) => value switch
    {
        string => "string", bool => "bool", long => "int", double => "float64", List<object?> => "[]string", JsonElement { ValueKind: JsonValueKind.Array } => "[]interface {}",
        JsonElement => "map[string]interface {}", _ => "nil",
    };

    public static string Text(object? value)
    {
        var text = new StringBuilder();
        Print(value, text);
        return text.ToString();
    }

    /// <summary>As Go's %v.</summary>
    public static void Print(object? value, StringBuilder text)
    {
        switch (value)
        {
            case string plain:
                text.Append(plain);
                break;
            case bool truth:
                text.Append(truth ? "true" : "false");
                break;
            case long number:
                text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                text.Append(GoPrintf.Real(number));
                break;
            case JsonElement { ValueKind: JsonValueKind.Object } map:
                Join(Sorted(map), text.Append("map["), static (item, to) => Print(Of(item.Value), to.Append(item.Name).Append(':'))).Append(']');
                break;
            case JsonElement or List<object?>:
                Join(Items(value), text.Append('['), static (item, to) => Print(item.Value, to)).Append(']');
                break;
            default:
                text.Append(value is null ? "<nil>" : "<no value>");
                break;
        }
    }

    public static void Json(object? value, StringBuilder text)
    {
        switch (value)
        {
            case string plain:
                JsonText(plain, text);
                break;
            case JsonElement element:
                text.Append(element.GetRawText());
                break;
            case List<object?> list:
                Join(list, text.Append('['), static (item, to) => Json(item, to), ',').Append(']');
                break;
            case bool or long or double:
                Print(value, text);
                break;
            default:
                text.Append("null");
                break;
        }
    }

    private static void JsonText(string plain, StringBuilder text)
    {
        text.Append('"');
        foreach (char c in plain)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\t' => text.Append("\\t"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        text.Append('"');
    }

    private static StringBuilder Join<T>(IEnumerable<T> items, StringBuilder text, Action<T, StringBuilder> print, char between = ' ')
    {
        bool first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(between);
            first = false;
            print(item, text);
        }
        return text;
    }
}
