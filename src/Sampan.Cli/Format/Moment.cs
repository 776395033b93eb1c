using System.Globalization;

namespace Sampan.Cli.Format;

/// <summary>Moments as <c>--since</c> takes them: RFC 3339, seconds since 1970, or a time before now in Go's form (<c>1h30m</c>).</summary>
public static class Moment
{
    /// <exception cref="SampanException">None of these.</exception>
    public static DateTimeOffset? Parse(string? text, DateTimeOffset now)
    {
        if (text is null)
            return null;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds) && seconds < 100_000_000_000m)
            return DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        if (Before(text) is { } duration)
            return now - duration;
        if (text.Length >= 10 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var moment))
            return moment;
        throw new SampanException(ErrorKind.InvalidArgument, $"\"{text}\" is no time: want a moment such as 2026-01-02T15:04:05Z, or one before now such as 42m");
    }

    /// <summary>A time in Go's form, such as <c>1m30s</c>; null: it is none.</summary>
    public static TimeSpan? Duration(string text) => text == "0" || text == "0s" ? TimeSpan.Zero : Before(text);

    /// <summary>As Go prints a time: <c>2026-01-02 15:04:05 +0000 UTC</c>, in the zone of this machine.</summary>
    public static string Go(string? time)
    {
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return "";
        var local = moment.ToLocalTime();
        string offset = local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "");
        // Go knows abbreviations of zones, .NET does not: as Go does where it knows none.
        return $"{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} {offset} {(local.Offset == TimeSpan.Zero ? "UTC" : offset.TrimEnd('0') is { Length: 3 } hours ? hours : offset)}";
    }

    private static TimeSpan? Before(string text)
    {
        decimal total = 0;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                return null;
            rest = rest[digits..];
            int letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            decimal seconds = unit switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 0.001m, "us" or "µs" => 0.000001m, "ns" => 0.000000001m, _ => 0 };
            if (seconds == 0 || number > 1_000_000_000)
                return null;
            total += number * seconds;
            rest = rest[unit.Length..];
        }
        return text.Length > 0 && total < 100_000_000_000m ? TimeSpan.FromTicks((long)(total * TimeSpan.TicksPerSecond)) : null;
    }
}
