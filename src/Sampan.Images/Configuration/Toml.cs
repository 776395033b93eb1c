using System.Buffers;
using System.Text.Json;

namespace Sampan.Images;

/// <summary>
/// TOML 1.0 (<see href="https://toml.io/en/v1.0.0"/>), as far as configuration files of container tools use it, turned into JSON: from there our
/// records read it as they read everything else. Dates are refused. A library would make the program a twentieth larger for three files.
/// </summary>
internal static class Toml
{
    /// <param name="file">For messages.</param>
    /// <exception cref="SampanException">Corrupt, with the line.</exception>
    public static ReadOnlyMemory<byte> ToJson(string text, string file)
    {
        var root = new TomlTable();
        var reader = new TomlReader(text, file);
        var table = root;
        while (reader.NextLine())
        {
            if (!reader.Take('['))
            {
                reader.KeyAndValue(table);
                continue;
            }
            bool many = reader.Take('[');
            var path = reader.Key();
            reader.Expect(many ? "]]" : "]");
            reader.EndOfLine();
            table = many ? Appended(root, path, reader) : Opened(root, path, reader);
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
            Write(json, root);
        return buffer.WrittenMemory;
    }

    /// <summary>The table of <c>[a.b]</c>.</summary>
    private static TomlTable Opened(TomlTable root, List<string> path, TomlReader reader)
    {
        var table = Parent(root, path, reader);
        if (table.TryAdd(path[^1], new TomlTable { Named = true }))
            return (TomlTable)table[path[^1]];
        if (table[path[^1]] is not TomlTable { Named: false, Closed: false } implied)
            throw reader.Error($"{path[^1]} is there already");
        implied.Named = true;
        return implied;
    }

    /// <summary>A new table at the end of <c>[[a.b]]</c>.</summary>
    private static TomlTable Appended(TomlTable root, List<string> path, TomlReader reader)
    {
        var table = Parent(root, path, reader);
        table.TryAdd(path[^1], new TomlTables());
        if (table[path[^1]] is not TomlTables tables)
            throw reader.Error($"{path[^1]} is there already, and no array of tables");
        tables.Add(new TomlTable { Named = true });
        return tables[^1];
    }

    private static TomlTable Parent(TomlTable root, List<string> path, TomlReader reader)
    {
        var table = root;
        foreach (string key in path[..^1])
        {
            table.TryAdd(key, new TomlTable());
            table = table[key] switch
            {
                TomlTable { Closed: false } inner => inner,
                TomlTables tables => tables[^1],
                _ => throw reader.Error($"{key} is no table"),
            };
        }
        return table;
    }

    private static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case TomlTable table:
                json.WriteStartObject();
                foreach (var (key, inner) in table)
                {
                    json.WritePropertyName(key);
                    Write(json, inner);
                }
                json.WriteEndObject();
                break;
            case System.Collections.IEnumerable list and not string:
                json.WriteStartArray();
                foreach (object inner in list)
                    Write(json, inner);
                json.WriteEndArray();
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue((string)value);
                break;
        }
    }
}

/// <summary>A table: text, long, double, bool, <see cref="TomlTable"/>, <see cref="TomlTables"/> or a list of those by key.</summary>
internal sealed class TomlTable() : Dictionary<string, object>(StringComparer.Ordinal)
{
    /// <summary>A heading of its own has been seen.</summary>
    public bool Named { get; set; }

    /// <summary>Written inline: nothing may be added to it.</summary>
    public bool Closed { get; init; }
}

internal sealed class TomlTables : List<TomlTable>;
