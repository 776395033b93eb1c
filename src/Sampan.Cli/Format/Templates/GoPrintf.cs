using System.Globalization;
using System.Text;

namespace Sampan.Cli.Format;

/// <summary>Go's <see href="https://pkg.go.dev/fmt">Printf</see>: <c>%v %s %q %d %x %X %o %b %c %t %f %e %g %T %%</c> with the flags <c>- + 0 # blank</c>, width and precision.</summary>
internal static class GoPrintf
{
    /// <summary>Characters; a width beyond is a mistake, and would fill the memory.</summary>
    private const int Widest = 10_000;

    public static string Format(string format, List<object?> of)
    {
        var text = new StringBuilder();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }
            var directive = Directive.Read(format, ref i);
            if (directive.Verb == '\0')
                text.Append("%!(NOVERB)");
            else if (directive.Verb == '%')
                text.Append('%');
            else if (next >= of.Count)
                text.Append($"%!{directive.Verb}(MISSING)");
            else
                text.Append(directive.Apply(of[next++]));
        }
        if (next < of.Count)
            text.Append("%!(EXTRA ").AppendJoin(", ", of.Skip(next).Select(static v => $"{GoValue.TypeName(v)}={GoValue.Text(v)}")).Append(')');
        return text.ToString();
    }

    /// <summary>As Go's %v of a float64: the shortest that reads back, with an exponent from 21 digits on.</summary>
    public static string Real(double value)
    {
        double size = Math.Abs(value);
        if (size is not 0 and (< 1e-4 or >= 1e21))
            return Exponent(value.ToString("E16", CultureInfo.InvariantCulture), value);
        return value.ToString("R", CultureInfo.InvariantCulture) is var plain && plain.Contains('E') ? ((decimal)value).ToString(CultureInfo.InvariantCulture) : plain;
    }

    private static string Exponent(string text, double value)
    {
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        int e = shortest.IndexOf('E');
        if (e < 0)
            return text;
        int exponent = int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{shortest[..e]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private readonly record struct Directive(bool Left, bool Plus, bool Zero, bool Sharp, bool Blank, int Width, int Precision, char Verb)
    {
        public static Directive Read(string format, ref int i)
        {
            bool left = false, plus = false, zero = false, sharp = false, blank = false;
            for (i++; i < format.Length && format[i] is '-' or '+' or '0' or '#' or ' '; i++)
            {
                left |= format[i] == '-';
                plus |= format[i] == '+';
                zero |= format[i] == '0';
                sharp |= format[i] == '#';
                blank |= format[i] == ' ';
            }
            int width = Number(format, ref i), precision = -1;
            if (i < format.Length && format[i] == '.')
            {
                i++;
                precision = Math.Max(0, Number(format, ref i));
            }
            return new Directive(left, plus, zero && !left, sharp, blank, width, precision, i < format.Length ? format[i] : '\0');
        }

        private static int Number(string format, ref int i)
        {
            int number = 0, start = i;
            for (; i < format.Length && char.IsAsciiDigit(format[i]); i++)
                number = number > Widest ? throw Template.Wrong("printf: the width is too large") : number * 10 + format[i] - '0';
            return i == start ? 0 : number;
        }

        public string Apply(object? value)
        {
            string text = Verb switch
            {
                'v' => GoValue.Text(value),
                's' => Cut(value is bool or long or double ? Bad(value) : GoValue.Text(value)),
                'q' => value is string plain ? GoQuote.Of(plain) : value is long rune ? $"'{(char)rune}'" : Bad(value),
                't' => value is bool ? GoValue.Text(value) : Bad(value),
                'T' => GoValue.TypeName(value),
                'd' => value is long number ? Signed(number.ToString(CultureInfo.InvariantCulture)) : Bad(value),
                'x' or 'X' => value is long hex ? (Sharp ? $"0{Verb}" : "") + hex.ToString(Verb == 'x' ? "x" : "X", CultureInfo.InvariantCulture)
                    : value is string bytes ? Case(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(bytes))) : Bad(value),
                'o' => value is long octal ? Convert.ToString(octal, 8) : Bad(value),
                'b' => value is long binary ? Convert.ToString(binary, 2) : Bad(value),
                'c' => value is long code && Rune.TryCreate((int)code, out var character) ? character.ToString() : Bad(value),
                'f' or 'F' => value is double real ? Signed(real.ToString($"F{(Precision < 0 ? 6 : Precision)}", CultureInfo.InvariantCulture)) : Bad(value),
                'e' => value is double power ? Signed(power.ToString($"0.{new string('0', Precision < 0 ? 6 : Precision)}e+00", CultureInfo.InvariantCulture)) : Bad(value),
                'g' => value is double general ? Signed(Real(general)) : Bad(value),
                _ => Bad(value),
            };
            if (text.Length >= Width)
                return text;
            if (Left)
                return text.PadRight(Width);
            if (!Zero || Verb is 's' or 'q' or 'v' && value is not (long or double))
                return text.PadLeft(Width);
            return text[0] is '-' or '+' ? text[0] + text[1..].PadLeft(Width - 1, '0') : text.PadLeft(Width, '0');
        }

        private string Case(string text) => Verb == 'X' ? text.ToUpperInvariant() : text;

        private string Cut(string text) => Precision >= 0 && Precision < text.Length ? text[..Precision] : text;

        private string Signed(string text) => text[0] == '-' ? text : Plus ? "+" + text : Blank ? " " + text : text;

        private string Bad(object? value) => $"%!{Verb}({GoValue.TypeName(value)}={GoValue.Text(value)})";
    }
}

/// <summary>Go's %q.</summary>
internal static class GoQuote
{
    /// <summary>What is no text is shown by its escape.</summary>
    public static string Of(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
            quoted.Append(c switch
            {
                '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\t' => "\\t", '\r' => "\\r",
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        return quoted.Append('"').ToString();
    }
}
