namespace Sampan.Cli.Format;

/// <summary><c>eq ne lt le gt ge</c>, for basic values of one kind.</summary>
internal static class Comparison
{
    public static object Call(string name, List<object?> of)
    {
        if (of.Count < 2 || (of.Count > 2 && name != "eq"))
            throw TemplateFunctions.WrongCount(name, name == "eq" ? "at least 2" : "2", of.Count);
        return name switch
        {
            // The first is compared with each of the others.
            "eq" => of.Skip(1).Any(other => AreEqual(of[0], other)),
            "ne" => !AreEqual(of[0], of[1]),
            "lt" => Order(of[0], of[1]) < 0,
            "le" => Order(of[0], of[1]) <= 0,
            "gt" => Order(of[0], of[1]) > 0,
            _ => Order(of[0], of[1]) >= 0,
        };
    }

    private static bool AreEqual(object? a, object? b)
    {
        if (a is null || b is null || ReferenceEquals(a, GoValue.Missing) || ReferenceEquals(b, GoValue.Missing))
            return ReferenceEquals(a, b);
        if (a is bool x && b is bool y)
            return x == y;
        return Order(a, b) == 0;
    }

    private static int Order(object? a, object? b) => (a, b) switch
    {
        (string x, string y) => string.CompareOrdinal(x, y),
        (long x, long y) => x.CompareTo(y),
        // JSON does not tell 1.0 from 1.
        (double x, double y) => x.CompareTo(y),
        (long x, double y) => ((double)x).CompareTo(y),
        (double x, long y) => x.CompareTo((double)y),
        _ => throw Template.Wrong($"incompatible types for comparison: {GoValue.TypeName(a)} and {GoValue.TypeName(b)}"),
    };
}
