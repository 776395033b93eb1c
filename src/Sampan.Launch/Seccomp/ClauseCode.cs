namespace Sampan.Launch;

/// <summary>Turns the conditions on a call's arguments into instructions.</summary>
internal sealed class ClauseCode(BpfAssembler code, int defaultTarget)
{
    // The same clauses come again for the next call of the rule, and for the next architecture.
    private readonly List<(List<SeccompClause> Clauses, bool Wide, int Target)> _written = [];

    /// <summary>Where the test of <paramref name="clauses"/> begins: the first that holds decides, and if none does, the default action.</summary>
    public int Target(List<SeccompClause> clauses, SeccompArch arch)
    {
        bool wide = arch.Is64Bit() && !clauses.TrueForAll(c => c.IsNarrow);
        foreach (var (known, knownWide, at) in _written)
        {
            if (knownWide == wide && Same(known, clauses))
                return at;
        }
        int target = defaultTarget;
        for (int i = clauses.Count - 1; i >= 0; i--)
        {
            int otherwise = target;
            int first = ValueRanges.FirstOfRun(clauses, i, wide);
            if (first < i)
            {
                target = Values(clauses, first, i, arch.IsBigEndian(), otherwise);
                i = first;
                continue;
            }
            target = code.Return(clauses[i].Action);
            for (int c = clauses[i].Conditions.Length - 1; c >= 0; c--)
                target = Test(clauses[i].Conditions[c], wide, arch.IsBigEndian(), target, otherwise);
        }
        _written.Add((clauses, wide, target));
        return target;
    }

    // Alternatives for one argument, such as the address families of socket(2): one load and a tree, instead of a test for each.
    private int Values(List<SeccompClause> clauses, int first, int last, bool bigEndian, int otherwise)
    {
        var tree = new NumberTree(code);
        foreach (var (start, clause) in ValueRanges.Of(clauses, first, last))
            tree.From(start, clause is null ? otherwise : code.Return(clause.Action));
        int root = tree.Write();
        return root < 0 ? root : code.Load(Low(clauses[first].Conditions[0].Index, bigEndian), root);
    }

    // struct seccomp_data: nr, arch, instruction_pointer, then the arguments of 8 bytes from offset 16.
    private static uint Low(int index, bool bigEndian) => 16 + (uint)index * 8 + (bigEndian ? 4u : 0);

    private int Test(SeccompCondition condition, bool wide, bool bigEndian, int holds, int fails)
    {
        if (condition.Negated)
            (holds, fails) = (fails, holds);
        uint low = Low(condition.Index, bigEndian);
        uint high = low ^ 4;
        uint lowValue = (uint)condition.Value, highValue = (uint)(condition.Value >> 32);
        if (condition.Comparison == Comparison.Equal)
        {
            int test = Equal(low, (uint)condition.Mask, lowValue, holds, fails);
            return wide ? Equal(high, (uint)(condition.Mask >> 32), highValue, test, fails) : test;
        }
        ushort jump = condition.Comparison == Comparison.Greater ? BpfAssembler.JMP_JGT_K : BpfAssembler.JMP_JGE_K;
        int lowTest = code.Load(low, code.Branch(jump, lowValue, holds, fails));
        if (!wide)
            return lowTest;
        int equal = code.Branch(BpfAssembler.JMP_JEQ_K, highValue, lowTest, fails);
        return code.Load(high, code.Branch(BpfAssembler.JMP_JGT_K, highValue, holds, equal));
    }

    private int Equal(uint offset, uint mask, uint value, int holds, int fails)
    {
        if (mask == 0)
            return holds;
        if (value == 0 && mask != uint.MaxValue)
            return code.Load(offset, code.Branch(BpfAssembler.JMP_JSET_K, mask, fails, holds));
        int test = code.Branch(BpfAssembler.JMP_JEQ_K, value, holds, fails);
        return code.Load(offset, mask == uint.MaxValue ? test : code.And(mask, test));
    }

    private static bool Same(List<SeccompClause> a, List<SeccompClause> b)
    {
        if (a.Count != b.Count)
            return false;
        for (int i = 0; i < a.Count; i++)
        {
            if (!ReferenceEquals(a[i], b[i]))
                return false;
        }
        return true;
    }
}
