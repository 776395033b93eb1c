using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Sampan.Launch.Tests.BadInput;

/// <summary>
/// Spoils a config.json in every way one can: by its number each spoiled document is always the same. Compiled into the root tests, too, where the same
/// documents meet the program.
/// </summary>
internal static class ConfigMutator
{
    // Text that no JSON library would write: put in where a node holds its marker.
    private const string Marker = "@@RAW";

    private static readonly string[] Raw =
    [
        "-1", "0", "1", "4294967295", "4294967296", "2147483648", "18446744073709551615", "18446744073709551616", "-9223372036854775809", "99999999999999999999999999",
        "1e999", "0.5", "1E2", "-0", "\"\\ud800\"", "\"a\\u0000b\"", "\"\\n\"", "{\"a\":1,\"a\":2}", "01", "NaN", "'x'", "[1,]",
    ];

    private static readonly string[] Texts =
    [
        "", " ", ".", "..", "/", "//", "../../../..", "/proc", "/proc/self/fd/1", "/dev/null", "a\nb", "a\tb\r", "%s%n", "\u202Eabc", "é", "-1", "0", "null", "SCMP_ACT_NOTHING",
        "CAP_NOTHING", "=", "a=", "0-", "9-1", "4294967296", "[]", "*", "\u0001", "\u001b[31m",
    ];

    private static readonly int[] Lengths = [255, 256, 4095, 4096, 70_000, 1_000_000];

    private static readonly int[] Depths = [2, 31, 33, 100, 100_000];

    /// <summary>The document <paramref name="number"/>, and what was done to it.</summary>
    public static (byte[] Json, string What) Spoil(string document, int number)
    {
        var random = new Random(number);
        var what = new StringBuilder();
        var root = JsonNode.Parse(document)!;
        for (int edits = 1 + random.Next(2); edits > 0; edits--)
            what.Append(Edit(root, random)).Append("; ");
        string json = WithRaw(root.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), random);
        if (random.Next(10) == 0)
            json = Repeat(json, random, what);
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        return (random.Next(8) == 0 ? Damage(bytes, random, what) : bytes, what.ToString());
    }

    private static string Edit(JsonNode root, Random random)
    {
        var places = new List<JsonNode>();
        Collect(root, places);
        var place = places[random.Next(places.Count)];
        string path = place.GetPath();
        int kind = random.Next(8);
        switch (kind)
        {
            case 0:
                Remove(place);
                return $"{path} removed";
            case 1:
                place.ReplaceWith(random.Next(4) switch { 0 => JsonValue.Create(true), 1 => JsonValue.Create(7), 2 => new JsonArray(), _ => (JsonNode)new JsonObject() });
                return $"{path} of another type";
            case 2:
                place.ReplaceWith(JsonValue.Create(Texts[random.Next(Texts.Length)]));
                return $"{path} another text";
            case 3:
                int length = Lengths[random.Next(Lengths.Length)];
                place.ReplaceWith(JsonValue.Create((random.Next(2) == 0 ? "/" : "") + new string('x', length)));
                return string.Create(CultureInfo.InvariantCulture, $"{path} {length} characters long");
            case 4:
                place.ReplaceWith(places[random.Next(places.Count)].DeepClone());
                return $"{path} of another place";
            case 5 when place is JsonArray { Count: > 0 } array:
                for (int i = random.Next(2) == 0 ? 1 : 1000; i > 0; i--)
                    array.Add(array[0]?.DeepClone());
                return $"{path} with more of the same";
            case 6:
                place.ReplaceWith(JsonValue.Create($"{Marker}D{Depths[random.Next(Depths.Length)]}@"));
                return $"{path} deep";
            default:
                place.ReplaceWith(JsonValue.Create($"{Marker}T{random.Next(Raw.Length)}@"));
                return $"{path} raw";
        }
    }

    private static void Collect(JsonNode node, List<JsonNode> places)
    {
        if (node.Parent is not null)
            places.Add(node);
        IEnumerable<JsonNode?> children = node switch { JsonObject o => o.Select(static p => p.Value), JsonArray a => a, _ => [] };
        foreach (var child in children)
        {
            if (child is not null)
                Collect(child, places);
        }
    }

    private static void Remove(JsonNode place)
    {
        if (place.Parent is JsonObject parent)
            parent.Remove(place.GetPropertyName());
        else
            ((JsonArray)place.Parent!).Remove(place);
    }

    private static string WithRaw(string json, Random random)
    {
        int at;
        while ((at = json.IndexOf("\"" + Marker, StringComparison.Ordinal)) >= 0)
        {
            int end = json.IndexOf("@\"", at + Marker.Length + 1, StringComparison.Ordinal);
            int value = int.Parse(json.AsSpan(at + Marker.Length + 2, end - at - Marker.Length - 2), CultureInfo.InvariantCulture);
            string raw = json[at + Marker.Length + 1] == 'T' ? Raw[value]
                : random.Next(2) == 0 ? new string('[', value) + new string(']', value) : string.Concat(Enumerable.Repeat("{\"a\":", value)) + "1" + new string('}', value);
            json = json[..at] + raw + json[(end + 2)..];
        }
        return json;
    }

    // A key that is there already, once more, before it.
    private static string Repeat(string json, Random random, StringBuilder what)
    {
        int colon = json.IndexOf("\":", random.Next(json.Length), StringComparison.Ordinal);
        int start = colon < 0 ? -1 : json.LastIndexOf('"', colon - 1);
        if (start < 0)
            return json;
        string key = json[start..(colon + 2)];
        what.Append(key.Length < 40 ? key : "a key").Append(" twice; ");
        return json.Insert(start, key + (random.Next(2) == 0 ? "null," : "\"x\","));
    }

    private static byte[] Damage(byte[] bytes, Random random, StringBuilder what)
    {
        int at = random.Next(bytes.Length);
        switch (random.Next(6))
        {
            case 0:
                what.Append(CultureInfo.InvariantCulture, $"cut at {at}");
                return bytes[..at];
            case 1:
                what.Append(CultureInfo.InvariantCulture, $"not UTF-8 at {at}");
                return [.. bytes[..at], 0xFF, 0xC0, 0x80, .. bytes[at..]];
            case 2:
                what.Append(CultureInfo.InvariantCulture, $"a bit changed at {at}");
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 3:
                what.Append("a byte order mark");
                return [0xEF, 0xBB, 0xBF, .. bytes];
            case 4:
                what.Append("UTF-16");
                return Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes));
            default:
                what.Append("more after its end");
                return [.. bytes, .. "{}\0"u8];
        }
    }
}
