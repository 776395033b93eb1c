using System.Globalization;
using System.Text;

namespace Sampan.Linux;

/// <summary>
/// Reads a value in <see href="https://docs.gtk.org/glib/gvariant-text-format.html">GVariant text format</see>, as far as properties of systemd's units
/// need it: <c>true</c>, <c>5</c>, <c>uint64 5</c>, <c>'text'</c>, <c>b'bytes'</c>, <c>['a', 'b']</c>, <c>@as []</c>.
/// </summary>
public ref struct VariantText
{
    private static readonly Dictionary<string, string> Prefixes = new(StringComparer.Ordinal)
    {
        ["boolean"] = "b", ["byte"] = "y", ["int16"] = "n", ["uint16"] = "q", ["int32"] = "i", ["uint32"] = "u", ["int64"] = "x", ["uint64"] = "t", ["double"] = "d",
        ["string"] = "s", ["objectpath"] = "o", ["signature"] = "g",
    };

    private ReadOnlySpan<char> _rest;

    private VariantText(string text) => _rest = text;

    /// <param name="number">The value where it is a number.</param>
    /// <exception cref="FormatException">It is not such a value; the message says what is wrong.</exception>
    public static DBusVariant Parse(string text, out decimal? number)
    {
        var reader = new VariantText(text);
        var value = reader.Value(null, out number);
        reader.Blanks();
        return reader._rest.Length == 0 ? value : throw new FormatException($"\"{reader._rest}\" follows the value");
    }

    /// <param name="type">What it must be; null: what it looks like.</param>
    private DBusVariant Value(string? type, out decimal? number)
    {
        number = null;
        Blanks();
        if (_rest.Length == 0)
            throw new FormatException("a value is missing");
        if (_rest[0] == '@')
            return Value(Same(type, Word(1)), out number);
        if (_rest[0] == '[')
            return Array(type);
        if (_rest[0] is '\'' or '"')
            return Text(type ?? "s");
        if (_rest.StartsWith("b'") || _rest.StartsWith("b\""))
        {
            _rest = _rest[1..];
            byte[] bytes = [.. Encoding.UTF8.GetBytes(Quoted()), 0];
            return DBusVariant.Of(bytes);
        }
        string word = Word(0);
        if (Prefixes.TryGetValue(word, out string? prefix))
            return Value(Same(type, prefix), out number);
        if (word is "true" or "false" && type is null or "b")
            return DBusVariant.Of(word == "true");
        return Number(word, type, out number);
    }

    private static string Same(string? wanted, string given) => wanted is null || wanted == given ? given : throw new FormatException($"{given} where {wanted} is wanted");

    private DBusVariant Text(string type)
    {
        string text = Quoted();
        return type switch
        {
            "s" or "o" => new(type, w => w.String(text)),
            "g" => new(type, w => w.Signature(text)),
            _ => throw new FormatException($"'{text}' is not of type {type}"),
        };
    }

    private DBusVariant Array(string? type)
    {
        if (type is not null && type[0] != 'a')
            throw new FormatException($"an array is not of type {type}");
        string? element = type?[1..];
        var values = new List<DBusVariant>();
        _rest = _rest[1..];
        while (true)
        {
            Blanks();
            if (_rest.Length > 0 && _rest[0] == ']')
                break;
            if (values.Count > 0 && (_rest.Length == 0 || _rest[0] != ','))
                throw new FormatException("an array does not end");
            if (values.Count > 0)
                _rest = _rest[1..];
            values.Add(Value(element, out _));
            element ??= values[0].Signature;
            Same(element, values[^1].Signature);
        }
        _rest = _rest[1..];
        if (element is null)
            throw new FormatException("an empty array does not tell its type, as @as [] does");
        return new("a" + element, w => w.Array(values, Alignment(element), static (w, value) => value.Write(w)));
    }

    // "Marshaling (Wire Format)" of the D-Bus Specification.
    private static int Alignment(string type) => type[0] switch
    {
        'y' or 'g' => 1,
        'n' or 'q' => 2,
        'x' or 't' or 'd' => 8,
        _ => 4,
    };

    private static DBusVariant Number(string word, string? type, out decimal? number)
    {
        bool hexadecimal = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        decimal value = 0;
        if (hexadecimal ? !ulong.TryParse(word.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong digits) : (digits = 0) != 0)
            throw new FormatException($"{word} is not a value");
        if (hexadecimal)
            value = digits;
        else if (!decimal.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            throw new FormatException($"{word} is not a value");
        number = value;
        type ??= hexadecimal || word.AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? "i" : "d";
        try
        {
            return Of(type, value);
        }
        catch (OverflowException)
        {
            throw new FormatException($"{word} does not fit type {type}");
        }
    }

    private static DBusVariant Of(string type, decimal value)
    {
        if (type != "d" && value != decimal.Truncate(value))
            throw new FormatException($"{value} is not of type {type}");
        ulong bits = type switch
        {
            "y" => decimal.ToByte(value),
            "n" => (ushort)decimal.ToInt16(value),
            "q" => decimal.ToUInt16(value),
            "i" => (uint)decimal.ToInt32(value),
            "u" => decimal.ToUInt32(value),
            "x" => (ulong)decimal.ToInt64(value),
            "t" => decimal.ToUInt64(value),
            "d" => BitConverter.DoubleToUInt64Bits((double)value),
            _ => throw new FormatException($"{value} is not of type {type}"),
        };
        return new(type, w =>
        {
            switch (Alignment(type))
            {
                case 1: w.Byte((byte)bits); break;
                case 2: w.UInt16((ushort)bits); break;
                case 4: w.UInt32((uint)bits); break;
                default: w.UInt64(bits); break;
            }
        });
    }

    private string Quoted()
    {
        char quote = _rest[0];
        var text = new StringBuilder();
        for (int i = 1; i < _rest.Length; i++)
        {
            if (_rest[i] == quote)
            {
                _rest = _rest[(i + 1)..];
                return text.ToString();
            }
            if (_rest[i] == '\\' && ++i < _rest.Length)
                text.Append(_rest[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other });
            else if (i < _rest.Length)
                text.Append(_rest[i]);
        }
        throw new FormatException($"the text that {quote} begins does not end");
    }

    private string Word(int from)
    {
        int end = from;
        while (end < _rest.Length && (char.IsAsciiLetterOrDigit(_rest[end]) || _rest[end] is '+' or '-' or '.' or '(' or ')' or '_'))
            end++;
        string word = _rest[from..end].ToString();
        if (word.Length == 0)
            throw new FormatException($"\"{_rest}\" is not a value");
        _rest = _rest[end..];
        return word;
    }

    private void Blanks() => _rest = _rest.TrimStart();
}
