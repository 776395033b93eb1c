using System.Globalization;

namespace Sampan.OciCli;

/// <summary>Sizes as people type them.</summary>
internal static class ByteSize
{
    /// <summary><c>1024</c>, <c>64m</c>, <c>1.5GiB</c>: units of 1024, in either case, with or without <c>iB</c> or <c>B</c>; null for anything else.</summary>
    public static long? Parse(string text)
    {
        var number = text.AsSpan().TrimEnd("bB");
        if (text.Length - number.Length > 1)
            return null;
        if (number.Length < text.Length && number.EndsWith("i", StringComparison.OrdinalIgnoreCase))
            number = number[..^1];
        int power = number.Length == 0 ? -1 : "kmgtp".IndexOf(char.ToLowerInvariant(number[^1]));
        if (power >= 0)
            number = number[..^1];
        if (!decimal.TryParse(number.TrimEnd(' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
            return null;
        value = value < long.MaxValue ? value * (1L << 10 * (power + 1)) : value;
        return value <= long.MaxValue ? (long)value : null;
    }
}
