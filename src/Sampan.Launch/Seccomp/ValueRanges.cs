namespace Sampan.Launch;

/// <summary>Finds clauses that each admit a range of 32-bit values of the same argument, and puts the ranges in order.</summary>
internal static class ValueRanges
{
    /// <summary>The first of the unbroken run of such clauses that ends at <paramref name="last"/>; <paramref name="last"/> itself when there is none.</summary>
    public static int FirstOfRun(List<SeccompClause> clauses, int last, bool wide)
    {
        int first = last + 1;
        while (first > 0 && IsRange(clauses[first - 1], wide) && clauses[first - 1].Conditions[0].Index == clauses[last].Conditions[0].Index)
            first--;
        return int.Min(first, last);
    }

    /// <summary>Where the clause that decides changes, in ascending order from 0, and to which; null: none of them.</summary>
    public static List<(uint Start, SeccompClause? Clause)> Of(List<SeccompClause> clauses, int first, int last)
    {
        var starts = new SortedSet<uint> { 0 };
        for (int i = first; i <= last; i++)
        {
            var (low, high) = Range(clauses[i]);
            starts.Add(low);
            if (high != uint.MaxValue)
                starts.Add(high + 1);
        }
        var ranges = new List<(uint, SeccompClause?)>(starts.Count);
        foreach (uint start in starts)
            ranges.Add((start, clauses.Find(first, last, start)));
        return ranges;
    }

    private static SeccompClause? Find(this List<SeccompClause> clauses, int first, int last, uint value)
    {
        for (int i = first; i <= last; i++)
        {
            var (low, high) = Range(clauses[i]);
            if (value >= low && value <= high)
                return clauses[i];
        }
        return null;
    }

    // A mask whose set bits are all above the clear ones.
    private static bool IsRange(SeccompClause clause, bool wide)
    {
        if (clause.Conditions is not [{ Comparison: Comparison.Equal, Negated: false } condition] || (wide && !condition.IsNarrow))
            return false;
        uint free = ~(uint)condition.Mask;
        return (free & (free + 1)) == 0;
    }

    private static (uint Low, uint High) Range(SeccompClause clause)
        => ((uint)clause.Conditions[0].Value, (uint)clause.Conditions[0].Value | ~(uint)clause.Conditions[0].Mask);
}
