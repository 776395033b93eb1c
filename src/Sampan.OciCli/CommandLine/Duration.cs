using System.Globalization;

namespace Sampan.OciCli;

/// <summary>Times as runc's callers write them.</summary>
internal static class Duration
{
    /// <summary><c>500ms</c>, <c>5s</c>, <c>1m30s</c>, <c>1.5h</c>; null for anything else, up to 24 days.</summary>
    public static TimeSpan? Parse(string text)
    {
        decimal seconds = 0;
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            int digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits < 1 || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                return null;
            rest = rest[digits..];
            int letters = rest.IndexOfAny("0123456789.");
            var unit = letters < 0 ? rest : rest[..letters];
            decimal scale = unit switch { "h" => 3600m, "m" => 60m, "s" => 1m, "ms" => 0.001m, "us" or "µs" => 0.000001m, "ns" => 0.000000001m, _ => 0 };
            if (scale == 0 || number > 24 * 86400 / scale)
                return null;
            seconds += number * scale;
            rest = rest[unit.Length..];
        }
        return text.Length > 0 && seconds <= 24 * 86400 ? TimeSpan.FromSeconds((double)seconds) : null;
    }
}
