using Sampan.Oci;

namespace Sampan.Launch;

internal enum Comparison
{
    /// <summary><c>(argument &amp; Mask) == Value</c></summary>
    Equal,
    Greater,
    GreaterOrEqual,
}

/// <summary>A test of one argument of a system call.</summary>
/// <param name="Negated">Less-than is the negation of greater-or-equal, and so on: three comparisons are enough.</param>
internal sealed record SeccompCondition(int Index, Comparison Comparison, ulong Mask, ulong Value, bool Negated)
{
    /// <summary>Whether the high 32 bits of the argument do not matter.</summary>
    public bool IsNarrow => Comparison == Comparison.Equal && Mask >> 32 == 0;

    /// <exception cref="OciFormatException">An unknown operator or an index past 5.</exception>
    public static SeccompCondition Parse(LinuxSeccompArg arg, string path)
    {
        if (arg.Index > 5)
            throw new OciFormatException($"{path}.index", $"want 0 to 5, not {arg.Index}");
        if (arg.Value is null)
            throw new OciFormatException($"{path}.value", "missing");
        int index = (int)arg.Index;
        ulong value = arg.Value.Value;
        return arg.Op switch
        {
            "SCMP_CMP_EQ" => new(index, Comparison.Equal, ulong.MaxValue, value, false),
            "SCMP_CMP_NE" => new(index, Comparison.Equal, ulong.MaxValue, value, true),
            "SCMP_CMP_GT" => new(index, Comparison.Greater, ulong.MaxValue, value, false),
            "SCMP_CMP_GE" => new(index, Comparison.GreaterOrEqual, ulong.MaxValue, value, false),
            "SCMP_CMP_LT" => new(index, Comparison.GreaterOrEqual, ulong.MaxValue, value, true),
            "SCMP_CMP_LE" => new(index, Comparison.Greater, ulong.MaxValue, value, true),
            "SCMP_CMP_MASKED_EQ" => new(index, Comparison.Equal, value, (arg.ValueTwo ?? 0) & value, false),
            null or "" => throw new OciFormatException($"{path}.op", "missing"),
            _ => throw new OciFormatException($"{path}.op", $"unknown operator \"{arg.Op}\""),
        };
    }
}

/// <summary>Conditions that must all hold, and what then happens.</summary>
internal sealed record SeccompClause(SeccompCondition[] Conditions, uint Action)
{
    public bool IsNarrow => Array.TrueForAll(Conditions, c => c.IsNarrow);
}
