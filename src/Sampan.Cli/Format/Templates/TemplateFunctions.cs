using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Format;

/// <summary>The functions of templates: Go's own and those Docker adds.</summary>
internal static class TemplateFunctions
{
    public static bool Exists(string name) => name is "json" or "join" or "split" or "upper" or "lower" or "title" or "truncate" or "pad"
        or "print" or "println" or "printf" or "len" or "index" or "slice" or "eq" or "ne" or "lt" or "le" or "gt" or "ge" or "and" or "or" or "not" or "urlquery";

    /// <summary>Those which leave the name of a column as it is, when they make a table's heading.</summary>
    public static bool LeavesHeadings(string name) => name is "json" or "join" or "split" or "upper" or "lower" or "title" or "truncate";

    public static object? Call(string name, List<object?> of)
    {
        switch (name)
        {
            case "json":
                Want(name, of, 1);
                var json = new StringBuilder();
                GoValue.Json(of[0], json);
                return json.ToString();
            case "join":
                Want(name, of, 2);
                return Join(of[0], String(name, of[1]));
            case "split":
                Want(name, of, 2);
                return Split(String(name, of[0]), String(name, of[1]));
            case "upper":
                return One(name, of).ToUpperInvariant();
            case "lower":
                return One(name, of).ToLowerInvariant();
            case "title":
                return Title(One(name, of));
            case "truncate":
                Want(name, of, 2);
                return Cut(String(name, of[0]), Whole(name, of[1]));
            case "pad":
                Want(name, of, 3);
                return String(name, of[0]) is { Length: > 0 } padded ? Blanks(Whole(name, of[1])) + padded + Blanks(Whole(name, of[2])) : "";
            case "print" or "println":
                return Printed(of, lines: name == "println");
            case "printf":
                return of.Count > 0 ? GoPrintf.Format(String(name, of[0]), of.GetRange(1, of.Count - 1)) : throw WrongCount(name, "at least 1", 0);
            case "urlquery":
                return Uri.EscapeDataString(string.Concat(of.Select(GoValue.Text))).Replace("%20", "+");
            case "len":
                Want(name, of, 1);
                return (long)GoValue.Length(of[0]);
            case "index":
                return of.Count > 0 ? of.Skip(1).Aggregate(of[0], Index) : throw WrongCount(name, "at least 1", 0);
            case "slice":
                return of.Count is > 0 and < 4 ? Slice(of) : throw WrongCount(name, "1 to 3", of.Count);
            case "not":
                Want(name, of, 1);
                return !GoValue.IsTrue(of[0]);
            default:
                return Comparison.Call(name, of);
        }
    }

    public static SampanException WrongCount(string name, string want, int got) => Template.Wrong($"wrong number of args for {name}: want {want} got {got}");

    private static void Want(string name, List<object?> of, int count)
    {
        if (of.Count != count)
            throw WrongCount(name, $"{count}", of.Count);
    }

    private static string One(string name, List<object?> of)
    {
        Want(name, of, 1);
        return String(name, of[0]);
    }

    private static string String(string name, object? value) => value as string ?? throw Template.Wrong($"wrong type for {name}: want a string, not {GoValue.TypeName(value)}");

    private static int Whole(string name, object? value)
        => value is long and >= 0 and <= 1 << 20 ? (int)(long)value : throw Template.Wrong($"wrong value for {name}: want a whole number, not {GoValue.Text(value)}");

    private static string Blanks(int count) => new(' ', count);

    private static string Join(object? list, string between) => list switch
    {
        null => "",
        JsonElement { ValueKind: JsonValueKind.Object } => string.Join(between, GoValue.Items(list).Select(static item => GoValue.Text(item.Value)).Order(StringComparer.Ordinal)),
        JsonElement or List<object?> => string.Join(between, GoValue.Items(list).Select(static item => GoValue.Text(item.Value))),
        _ => throw Template.Wrong($"expected slice, got {GoValue.TypeName(list)}"),
    };

    private static List<object?> Split(string text, string at)
        => at.Length > 0 ? [.. text.Split(at)] : [.. text.EnumerateRunes().Select(static rune => rune.ToString())];

    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        char before = ' ';
        foreach (char c in text)
        {
            title.Append(char.IsLetterOrDigit(before) || before is '_' or '\'' ? c : char.ToUpperInvariant(c));
            before = c;
        }
        return title.ToString();
    }

    /// <summary>To so many bytes, and never in the middle of a character.</summary>
    private static string Cut(string text, int bytes)
    {
        int length = 0, used = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if ((used += rune.Utf8SequenceLength) > bytes)
                return text[..length];
            length += rune.Utf16SequenceLength;
        }
        return text;
    }

    private static string Printed(List<object?> of, bool lines)
    {
        var text = new StringBuilder();
        for (int i = 0; i < of.Count; i++)
        {
            // Go's Print puts a blank only between two values neither of which is text.
            if (i > 0 && (lines || (of[i] is not string && of[i - 1] is not string)))
                text.Append(' ');
            GoValue.Print(of[i], text);
        }
        return lines ? text.Append('\n').ToString() : text.ToString();
    }

    private static object? Index(object? value, object? key)
    {
        switch (value, key)
        {
            case (JsonElement { ValueKind: JsonValueKind.Object } map, string name):
                return map.TryGetProperty(name, out var field) ? GoValue.Of(field) : GoValue.Missing;
            case (JsonElement { ValueKind: JsonValueKind.Array } array, long at):
                return at >= 0 && at < array.GetArrayLength() ? GoValue.Of(array[(int)at]) : throw OutOfRange(at);
            case (List<object?> list, long at):
                return at >= 0 && at < list.Count ? list[(int)at] : throw OutOfRange(at);
            case (string text, long at):
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                return at >= 0 && at < bytes.Length ? (long)bytes[at] : throw OutOfRange(at);
            case (null, _):
                throw Template.Wrong("error calling index: index of untyped nil");
            default:
                throw Template.Wrong($"error calling index: cannot index {GoValue.TypeName(value)} with {GoValue.TypeName(key)}");
        }
    }

    private static object? Slice(List<object?> of)
    {
        int length = GoValue.Length(of[0]);
        int from = of.Count > 1 ? Bound(of[1], length) : 0, to = of.Count > 2 ? Bound(of[2], length) : length;
        if (from > to)
            throw Template.Wrong($"error calling slice: invalid slice index: {from} > {to}");
        return of[0] is string text ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)[from..to]) : GoValue.Items(of[0]).Skip(from).Take(to - from).Select(static item => item.Value).ToList();
    }

    private static int Bound(object? value, int length) => value is long at && at >= 0 && at <= length ? (int)at : throw OutOfRange(value as long? ?? -1);

    private static SampanException OutOfRange(long at) => Template.Wrong($"error calling index: index out of range: {at}");
}
