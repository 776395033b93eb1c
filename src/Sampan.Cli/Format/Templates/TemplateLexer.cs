using System.Globalization;
using System.Text;

namespace Sampan.Cli.Format;

internal enum TokenKind { Word, Field, Variable, Literal, Sign, Space, End }

/// <param name="Text">Of a field without its dot; of a variable with its dollar sign.</param>
internal readonly record struct Token(TokenKind Kind, string Text, object? Value = null);

/// <summary>What stands between <c>{{</c> and <c>}}</c>, in tokens.</summary>
internal sealed class TemplateLexer(string text)
{
    private int _at;

    public Token Next()
    {
        if (_at >= text.Length)
            return new Token(TokenKind.End, "");
        char c = text[_at];
        if (char.IsWhiteSpace(c))
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
                _at++;
            return new Token(TokenKind.Space, " ");
        }
        if (c is '"')
            return new Token(TokenKind.Literal, "string", Quoted());
        if (c is '`')
            return new Token(TokenKind.Literal, "string", Raw());
        if (c is '\'')
            return new Token(TokenKind.Literal, "character", Character());
        if (c == '$')
            return new Token(TokenKind.Variable, "$" + Word(1));
        if (c == '.' && _at + 1 < text.Length && IsLetter(text[_at + 1]))
            return new Token(TokenKind.Field, Word(1));
        if (char.IsAsciiDigit(c) || (c is '-' or '+' or '.' && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1])))
            return new Token(TokenKind.Literal, "number", Number());
        if (IsLetter(c))
            return new Token(TokenKind.Word, Word(0));
        if (c == ':' && _at + 1 < text.Length && text[_at + 1] == '=')
            return Sign(2);
        return c is '(' or ')' or '|' or ',' or '=' or '.' ? Sign(1) : throw Template.Wrong($"unexpected {c} in {{{{{text}}}}}");
    }

    private Token Sign(int length)
    {
        _at += length;
        return new Token(TokenKind.Sign, text.Substring(_at - length, length));
    }

    private static bool IsLetter(char c) => c == '_' || char.IsLetter(c);

    private string Word(int skip)
    {
        int start = _at += skip;
        while (_at < text.Length && (IsLetter(text[_at]) || char.IsDigit(text[_at])))
            _at++;
        return text[start.._at];
    }

    private object Number()
    {
        int start = _at++;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '.' || (text[_at] is '-' or '+' && text[_at - 1] is 'e' or 'E')))
            _at++;
        string number = text[start.._at];
        if (long.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return whole;
        if (number.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(number.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out whole))
            return whole;
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) ? real : throw Template.Wrong($"bad number syntax: {number}");
    }

    private string Raw()
    {
        int end = text.IndexOf('`', _at + 1);
        if (end < 0)
            throw Template.Wrong("unterminated raw quoted string");
        string raw = text[(_at + 1)..end];
        _at = end + 1;
        return raw;
    }

    private long Character()
    {
        int end = _at + 1;
        while (end < text.Length && text[end] != '\'')
            end += text[end] == '\\' ? 2 : 1;
        if (end >= text.Length)
            throw Template.Wrong("unterminated character constant");
        string inner = Unescape(text[(_at + 1)..end]);
        _at = end + 1;
        return inner.Length > 0 && inner.EnumerateRunes().Count() == 1 ? Rune.GetRuneAt(inner, 0).Value : throw Template.Wrong($"malformed character constant: '{inner}'");
    }

    private string Quoted()
    {
        int end = _at + 1;
        while (end < text.Length && text[end] != '"')
            end += text[end] == '\\' ? 2 : 1;
        if (end >= text.Length)
            throw Template.Wrong("unterminated quoted string");
        string inner = text[(_at + 1)..end];
        _at = end + 1;
        return Unescape(inner);
    }

    /// <summary>Go's escapes in strings.</summary>
    private static string Unescape(string inner)
    {
        if (!inner.Contains('\\'))
            return inner;
        var plain = new StringBuilder();
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] != '\\')
            {
                plain.Append(inner[i]);
                continue;
            }
            char c = inner[++i];
            int digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
            if (digits > 0)
            {
                if (i + digits >= inner.Length || !int.TryParse(inner.AsSpan(i + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code) || !Rune.TryCreate(code, out var rune))
                    throw Template.Wrong($"bad escape in \"{inner}\"");
                plain.Append(rune);
                i += digits;
                continue;
            }
            plain.Append(c switch
            {
                'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'f' => '\f', 'v' => '\v', '\\' => '\\', '"' => '"', '\'' => '\'', '0' => '\0',
                _ => throw Template.Wrong($"bad escape \\{c} in \"{inner}\""),
            });
        }
        return plain.ToString();
    }
}
