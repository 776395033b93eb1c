using System.Globalization;

namespace Sampan.Cli.Grammar;

/// <summary>Values of flags as people write them. Each throws <see cref="FormatException"/> with words that do not name the flag.</summary>
public static class Values
{
    /// <summary>A whole number, signed.</summary>
    public static long Whole(string text)
        => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            ? value
            : throw new FormatException($"\"{text}\" is not a whole number");

    /// <summary>Bytes: <c>512m</c>, <c>1.5g</c>, <c>64KiB</c>, <c>1024</c>; powers of 1024 whatever the suffix, as Docker has it; <c>-1</c> is kept.</summary>
    public static long Bytes(string text)
    {
        if (text == "-1")
            return -1;
        int end = text.AsSpan().LastIndexOfAnyInRange('0', '9') + 1;
        int power = text.AsSpan(end).TrimStart(' ').ToString().ToLowerInvariant() switch
        {
            "" or "b" => 0,
            "k" or "kb" or "kib" => 1,
            "m" or "mb" or "mib" => 2,
            "g" or "gb" or "gib" => 3,
            "t" or "tb" or "tib" => 4,
            "p" or "pb" or "pib" => 5,
            _ => -1,
        };
        if (power < 0 || !decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
            throw new FormatException($"invalid size: '{text}'");
        // Whole bytes of what decimal can hold without overflowing in the product below.
        if (value > long.MaxValue >> (10 * power))
            throw new FormatException($"invalid size: '{text}' is too large");
        return (long)(value * (1L << (10 * power)));
    }

    /// <summary>CPUs as a decimal number, in billionths.</summary>
    public static long NanoCpus(string text)
    {
        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
            throw new FormatException($"\"{text}\" is not a number of CPUs");
        if (value > 1_000_000)
            throw new FormatException($"\"{text}\" is more CPUs than any machine has");
        decimal nano = value * 1_000_000_000m;
        return nano == decimal.Truncate(nano) ? (long)nano : throw new FormatException($"\"{text}\" is finer than a billionth of a CPU");
    }
}
