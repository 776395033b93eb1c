using System.Globalization;
using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Percent of the last 10, 60 and 300 seconds in which somebody waited, and microseconds altogether.</summary>
public readonly record struct Pressure(decimal Last10, decimal Last60, decimal Last300, ulong Total);

/// <summary>How long processes waited for a resource of a v2 cgroup: <see href="https://docs.kernel.org/accounting/psi.html">Documentation/accounting/psi.rst</see>.</summary>
/// <param name="Some">At least one waited.</param>
/// <param name="Full">All that could run waited; null where the kernel does not tell.</param>
public sealed record PressureStats(Pressure Some, Pressure? Full)
{
    /// <summary>null: the kernel keeps none (CONFIG_PSI, or psi=1 on its command line).</summary>
    public static PressureStats? Read(string directory, string file)
    {
        try
        {
            return CgroupFiles.Read(directory, file) is { } text ? Parse(text) : null;
        }
        catch (LinuxException e) when (e.Errno == Errno.EOPNOTSUPP)
        {
            return null;
        }
    }

    /// <summary>Lines such as <c>some avg10=0.22 avg60=0.17 avg300=1.11 total=58761459</c>.</summary>
    public static PressureStats? Parse(string text)
    {
        Pressure? some = null, full = null;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith("some ", StringComparison.Ordinal))
                some = Of(line);
            else if (line.StartsWith("full ", StringComparison.Ordinal))
                full = Of(line);
        }
        return some is { } first ? new(first, full) : null;
    }

    private static Pressure Of(string line)
    {
        decimal Value(string key)
        {
            foreach (string field in line.Split(' '))
                if (field.StartsWith(key, StringComparison.Ordinal) && decimal.TryParse(field.AsSpan(key.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
                    return value;
            return 0;
        }
        return new(Value("avg10="), Value("avg60="), Value("avg300="), (ulong)Value("total="));
    }
}
