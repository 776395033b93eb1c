using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Properties of a unit that annotations ask for, by runc's convention: <c>org.systemd.property.TimeoutStopUSec</c> is <c>uint64 1000000</c>. Pure.</summary>
public static class UnitAnnotations
{
    private const string Prefix = "org.systemd.property.";

    /// <exception cref="SampanException">A name or a value that systemd could not take; the message names the annotation.</exception>
    public static List<UnitProperty> Of(IReadOnlyDictionary<string, string>? annotations)
    {
        var properties = new List<UnitProperty>();
        foreach (var (key, text) in annotations ?? new Dictionary<string, string>())
        {
            if (!key.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            string field = $"annotations[\"{key}\"]", name = key[Prefix.Length..];
            if (name.Length < 3)
                throw Invalid(field, "name incorrect: too short");
            if (!name.All(char.IsAsciiLetter))
                throw Invalid(field, "name incorrect: contains non-alphabetic character");
            try
            {
                properties.Add(Property(name, text, field));
            }
            catch (FormatException e)
            {
                throw Invalid(field, $"\"{text}\": value parse error: {e.Message}");
            }
        }
        properties.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return properties;
    }

    // What systemd.unit(5) gives in seconds and calls …Sec, D-Bus takes in microseconds and calls …USec.
    private static UnitProperty Property(string name, string text, string field)
    {
        var value = VariantText.Parse(text, out decimal? number);
        if (!(name.EndsWith("Sec", StringComparison.Ordinal) && char.IsAsciiLetterLower(name[^4])))
            return new(name, value, field);
        if (number is not (>= 0 and <= ulong.MaxValue / 1_000_000 and var seconds))
            throw new FormatException(number is null ? "not a number" : "not a number of seconds");
        return new($"{name[..^3]}USec", DBusVariant.Of(decimal.ToUInt64(decimal.Truncate(seconds * 1_000_000))), field);
    }

    private static SampanException Invalid(string field, string message) => new(ErrorKind.InvalidArgument, $"{field}: {message}");
}
