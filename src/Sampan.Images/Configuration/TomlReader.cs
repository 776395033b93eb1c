using System.Globalization;
using System.Text;

namespace Sampan.Images;

/// <summary>The parts of a line of TOML: keys and values.</summary>
internal sealed class TomlReader(string text, string file)
{
    private const int MaxDepth = 32;
    private const string QuotesOfText = "\"\"\"", QuotesOfLiteral = "'''";
    private int _at;
    private int _depth;

    /// <summary>Goes on to the next line that holds something.</summary>
    public bool NextLine()
    {
        Skip(lines: true);
        return _at < text.Length;
    }

    public bool Take(char sign)
    {
        if (Peek != sign)
            return false;
        _at++;
        return true;
    }

    public void Expect(string signs)
    {
        Skip(lines: false);
        if (!text.AsSpan(_at).StartsWith(signs))
            throw Error($"want {signs}");
        _at += signs.Length;
    }

    /// <summary>Only a comment may follow.</summary>
    public void EndOfLine()
    {
        Skip(lines: false);
        if (_at < text.Length && Peek != '\n')
            throw Error("want the end of the line");
    }

    /// <summary><c>a."b c".d</c>, part by part.</summary>
    public List<string> Key()
    {
        var parts = new List<string>();
        do
        {
            Skip(lines: false);
            int start = _at;
            if (Peek is '"' or '\'')
                parts.Add(Text(Peek));
            else
            {
                while (char.IsAsciiLetterOrDigit(Peek) || Peek is '_' or '-')
                    _at++;
                parts.Add(_at > start ? text[start.._at] : throw Error("want a key"));
            }
            Skip(lines: false);
        }
        while (Take('.'));
        return parts;
    }

    /// <summary><c>key = value</c> to the end of its line.</summary>
    public void KeyAndValue(TomlTable table)
    {
        Assignment(table);
        EndOfLine();
    }

    public SampanException Error(string message)
        => new(ErrorKind.Corrupt, $"{file}: line {text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1}: {message}");

    private char Peek => _at < text.Length ? text[_at] : '\0';

    private void Assignment(TomlTable table)
    {
        var path = Key();
        Expect("=");
        foreach (string key in path[..^1])
        {
            table.TryAdd(key, new TomlTable());
            table = table[key] is TomlTable { Closed: false } inner ? inner : throw Error($"{key} is no table");
        }
        if (!table.TryAdd(path[^1], Value()))
            throw Error($"{path[^1]} is there already");
    }

    private object Value()
    {
        Skip(lines: false);
        switch (Peek)
        {
            case '"':
                return text.AsSpan(_at).StartsWith(QuotesOfText) ? LongText(QuotesOfText) : Text('"');
            case '\'':
                return text.AsSpan(_at).StartsWith(QuotesOfLiteral) ? LongText(QuotesOfLiteral) : Text('\'');
            case '[':
            case '{':
                if (++_depth > MaxDepth)
                    throw Error("values are nested too deep");
                object nested = Take('[') ? Array() : InlineTable();
                _depth--;
                return nested;
            default:
                return Word();
        }
    }

    private List<object> Array()
    {
        var values = new List<object>();
        for (Skip(lines: true); !Take(']'); Skip(lines: true))
        {
            values.Add(Value());
            Skip(lines: true);
            if (!Take(',') && Peek != ']')
                throw Error("want a comma or the ] of the array");
        }
        return values;
    }

    private TomlTable InlineTable()
    {
        _at++;
        var table = new TomlTable();
        for (Skip(lines: false); !Take('}'); Skip(lines: false))
        {
            Assignment(table);
            Skip(lines: false);
            if (!Take(',') && Peek != '}')
                throw Error("want a comma or the } of the table");
        }
        var closed = new TomlTable { Closed = true };
        foreach (var (key, value) in table)
            closed.Add(key, value);
        return closed;
    }

    /// <summary>A value without quotes.</summary>
    private object Word()
    {
        int start = _at;
        while (char.IsAsciiLetterOrDigit(Peek) || Peek is '+' or '-' or '.' or '_' or ':')
            _at++;
        string word = text[start.._at];
        string digits = word.Replace("_", "", StringComparison.Ordinal);
        return word switch
        {
            "true" => true,
            "false" => false,
            _ when long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) => whole,
            _ when digits.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long whole) => whole,
            _ when !word.Contains(':') && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => number,
            _ => throw Error(word.Length == 0 ? "want a value" : $"{word} is neither a text in quotes nor true, false or a number"),
        };
    }

    /// <summary>On one line, in quotes or, literally, in apostrophes.</summary>
    private string Text(char quote)
    {
        var value = new StringBuilder();
        for (_at++; Peek != quote; _at++)
        {
            if (_at >= text.Length || Peek == '\n')
                throw Error($"want the {quote} at the end of the text");
            if (Peek == '\\' && quote == '"')
                Escape(value);
            else
                value.Append(Peek);
        }
        _at++;
        return value.ToString();
    }

    /// <summary>Over several lines.</summary>
    private string LongText(string quotes)
    {
        _at += quotes.Length;
        Take('\r');
        Take('\n'); // the first is not part of it
        var value = new StringBuilder();
        for (; !text.AsSpan(_at).StartsWith(quotes) || (_at + 3 < text.Length && text[_at + 3] == quotes[0]); _at++)
        {
            if (_at >= text.Length)
                throw Error($"want the {quotes} at the end of the text");
            if (Peek != '\\' || quotes == QuotesOfLiteral)
                value.Append(Peek);
            else if (text.AsSpan(_at + 1).TrimStart(" \t\r") is ['\n', ..])
            {
                while (_at + 1 < text.Length && text[_at + 1] is ' ' or '\t' or '\r' or '\n')
                    _at++;
            }
            else
                Escape(value);
        }
        _at += quotes.Length;
        return value.ToString();
    }

    /// <summary>Leaves the place at its last sign.</summary>
    private void Escape(StringBuilder value)
    {
        _at++;
        switch (Peek)
        {
            case 'u' or 'U':
                int digits = Peek == 'u' ? 4 : 8;
                if (_at + digits >= text.Length || !int.TryParse(text.AsSpan(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || !Rune.IsValid(code))
                    throw Error("no character has this number");
                value.Append(new Rune(code).ToString());
                _at += digits;
                break;
            case var sign:
                value.Append(sign switch
                {
                    'b' => '\b', 't' => '\t', 'n' => '\n', 'f' => '\f', 'r' => '\r', '"' => '"', '\\' => '\\',
                    _ => throw Error($"\\{sign} is no escape"),
                });
                break;
        }
    }

    /// <summary>Spaces and comments.</summary>
    private void Skip(bool lines)
    {
        while (_at < text.Length)
            if (Peek is ' ' or '\t' or '\r' || (lines && Peek == '\n'))
                _at++;
            else if (Peek == '#')
                while (_at < text.Length && Peek != '\n')
                    _at++;
            else
                return;
    }
}
