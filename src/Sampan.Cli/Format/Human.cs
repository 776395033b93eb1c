using System.Globalization;

namespace Sampan.Cli.Format;

/// <summary>Times and sizes for people, in Docker's words.</summary>
public static class Human
{
    public static string Duration(TimeSpan time)
    {
        long seconds = (long)time.TotalSeconds, minutes = (long)time.TotalMinutes, hours = (long)Math.Round(time.TotalHours, MidpointRounding.AwayFromZero);
        return seconds switch
        {
            < 1 => "Less than a second",
            1 => "1 second",
            < 60 => $"{seconds} seconds",
            _ when minutes == 1 => "About a minute",
            _ when minutes < 60 => $"{minutes} minutes",
            _ when hours == 1 => "About an hour",
            _ when hours < 48 => $"{hours} hours",
            _ when hours < 24 * 7 * 2 => $"{hours / 24} days",
            _ when hours < 24 * 30 * 2 => $"{hours / 24 / 7} weeks",
            _ when hours < 24 * 365 * 2 => $"{hours / 24 / 30} months",
            _ => $"{(long)time.TotalHours / 24 / 365} years",
        };
    }

    /// <summary>Bytes in powers of 1000 with three digits: <c>4.26MB</c>.</summary>
    public static string Size(long bytes)
    {
        double value = bytes;
        int unit = 0;
        ReadOnlySpan<string> units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
        for (; value >= 1000 && unit < units.Length - 1; unit++)
            value /= 1000;
        return Significant(value) + units[unit];
    }

    /// <summary>Bytes in powers of 1024 with four digits: <c>64MiB</c>, <c>1.914GiB</c>.</summary>
    public static string BinarySize(ulong bytes)
    {
        double value = bytes;
        int unit = 0;
        ReadOnlySpan<string> units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
        for (; value >= 1024 && unit < units.Length - 1; unit++)
            value /= 1024;
        int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
        string text = Math.Round(value, decimals, MidpointRounding.ToEven).ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return (text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text) + units[unit];
    }

    /// <summary>As C's %.3g does for numbers below 1000: three digits, no zeros at the end.</summary>
    private static string Significant(double value)
    {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        string text = Math.Round(value, decimals, MidpointRounding.ToEven).ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>Cut to <paramref name="width"/> characters, the last an ellipsis.</summary>
    public static string Ellipsis(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
