using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Format;

/// <summary>Values in templates, as Go prints and judges them.</summary>
internal static class TemplateValues
{
    public static JsonElement Of(List<string> words, JsonElement dot)
    {
        switch (words[0])
        {
            case "json" or "print" or "println" when words.Count == 2:
                return Operand(words[1], dot);
            case "len" when words.Count == 2:
                return Number(Length(Operand(words[1], dot)));
            case "index" when words.Count >= 3:
                var value = Operand(words[1], dot);
                for (int i = 2; i < words.Count; i++)
                    value = Index(value, words[i]);
                return value;
            default:
                return words.Count == 1 ? Operand(words[0], dot) : throw Wrong($"function \"{words[0]}\" not defined here: there are json, len, index, if and range");
        }
    }

    public static void Print(JsonElement value, bool json, StringBuilder text)
    {
        if (json)
            text.Append(value.ValueKind == JsonValueKind.Undefined ? "null" : value.GetRawText());
        else if (value.ValueKind == JsonValueKind.String)
            text.Append(value.GetString());
        else if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            text.Append("<no value>");
        else if (value.ValueKind == JsonValueKind.Array)
            Join(value.EnumerateArray(), text.Append('['), static (item, to) => Print(item, false, to)).Append(']');
        else if (value.ValueKind == JsonValueKind.Object)
            Join(value.EnumerateObject(), text.Append("map["), static (item, to) => Print(item.Value, false, to.Append(item.Name).Append(':'))).Append(']');
        else
            text.Append(value.GetRawText());
    }

    public static bool IsTrue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.Number => value.GetDouble() != 0,
        JsonValueKind.String => value.GetString()!.Length > 0,
        JsonValueKind.Array or JsonValueKind.Object => Length(value) > 0,
        _ => false,
    };

    public static IEnumerable<JsonElement> Items(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray(),
        JsonValueKind.Object => value.EnumerateObject().Select(static property => property.Value),
        _ => [],
    };

    private static JsonElement Operand(string word, JsonElement dot)
    {
        if (!word.StartsWith('.'))
            throw Wrong($"\"{word}\" is not a field: fields begin with a dot");
        foreach (string name in word.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (dot.ValueKind != JsonValueKind.Object)
                throw Wrong($"can't evaluate field {name} in {word}");
            dot = dot.TryGetProperty(name, out var field) ? field : default;
        }
        return dot;
    }

    private static JsonElement Index(JsonElement value, string key)
    {
        if (key.StartsWith('"'))
            return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(key.Trim('"'), out var field) ? field : default;
        return value.ValueKind == JsonValueKind.Array && int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int i) && i < value.GetArrayLength()
            ? value[i] : throw Wrong($"index {key} is out of range");
    }

    private static int Length(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength(),
        JsonValueKind.Object => value.EnumerateObject().Count(),
        JsonValueKind.String => value.GetString()!.Length,
        _ => 0,
    };

    private static JsonElement Number(int number)
    {
        using var document = JsonDocument.Parse(number.ToString(CultureInfo.InvariantCulture));
        return document.RootElement.Clone();
    }

    private static StringBuilder Join<T>(IEnumerable<T> items, StringBuilder text, Action<T, StringBuilder> print)
    {
        bool first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(' ');
            first = false;
            print(item, text);
        }
        return text;
    }

    private static SampanException Wrong(string why) => new(ErrorKind.InvalidArgument, $"template: {why}");
}
