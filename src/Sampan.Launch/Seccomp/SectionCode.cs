namespace Sampan.Launch;

/// <summary>Writes the part of a filter that knows the numbers of one architecture.</summary>
internal sealed class SectionCode
{
    private const int DenseNumbers = 1023;

    private readonly BpfAssembler _code;
    private readonly SeccompRules _rules;
    private readonly ClauseCode _clauses;
    private readonly int _default;

    public SectionCode(BpfAssembler code, SeccompRules rules)
    {
        (_code, _rules) = (code, rules);
        _default = code.Return(rules.DefaultAction);
        _clauses = new ClauseCode(code, _default);
    }

    /// <summary>The section of any architecture but x86-64 and x32.</summary>
    /// <returns>What to go to with the number loaded.</returns>
    public int Write(SeccompArch arch)
    {
        var tree = new NumberTree(_code);
        Fill(tree, arch, 0);
        return tree.Write();
    }

    /// <summary>The section of x86-64 and x32, which differ only by a bit of the number.</summary>
    public int WriteX86(bool x86_64, bool x32)
    {
        var tree = new NumberTree(_code);
        if (x86_64)
            Fill(tree, SeccompArch.X86_64, 0);
        else
            tree.From(0, _code.Return(SeccompActions.KillThread));
        if (x32)
        {
            Fill(tree, SeccompArch.X32, SeccompArchFacts.X32_SYSCALL_BIT);
        }
        else
        {
            tree.From(SeccompArchFacts.X32_SYSCALL_BIT, _code.Return(SeccompActions.KillThread));
            // A tracer that skips a call makes its number -1, and the kernel filters that once more: see seccomp(2).
            tree.From(uint.MaxValue, _default);
        }
        return tree.Write();
    }

    private void Fill(NumberTree tree, SeccompArch arch, uint from)
    {
        Span<short> rowOf = stackalloc short[DenseNumbers + 1];
        rowOf.Fill(-1);
        var column = SyscallTable.Column(arch);
        int last = -1, top = -1;
        List<(uint Number, int Row)>? remote = null;
        for (int row = 0; row < column.Length; row++)
        {
            int number = _rules.Names(row) || _rules.Clauses(row) is not null ? SyscallTable.Number(column, row) : -1;
            if (number < 0)
                continue;
            if (number >= DenseNumbers)
            {
                (remote ??= []).Add(((uint)number, row)); // calls of ARM's own, far above the others
                continue;
            }
            rowOf[number] = (short)row;
            top = int.Max(top, number);
            if (_rules.Names(row))
                last = int.Max(last, number);
        }

        // A program that finds a new call forbidden gives up, one that finds it missing does without.
        bool strict = !SeccompActions.Permits(_rules.DefaultAction), stub = strict && last >= 0;
        int missing = _code.Return(SeccompActions.Errno | arch.Enosys());
        uint numberBase = arch.NumberBase();
        tree.From(from, _default);
        for (int number = 0; number <= top + 1; number++)
            tree.From(numberBase + (uint)number, rowOf[number] >= 0 ? Target(rowOf[number], arch) : stub && IsNew(number, last, arch) ? missing : _default);
        remote?.Sort();
        uint end = numberBase + (uint)top + 2;
        foreach (var (number, row) in remote ?? [])
        {
            tree.From(number, Target(row, arch));
            end = number + 1;
            tree.From(end, _default);
        }
        tree.From(end, stub || (strict && remote is not null) ? missing : _default);
    }

    // On s390 a number that does not fit the instruction comes in a register, and the kernel shows 0 for one it does not know.
    private static bool IsNew(int number, int last, SeccompArch arch)
        => number > last || (number == 0 && arch is SeccompArch.S390X or SeccompArch.S390);

    private int Target(int row, SeccompArch arch)
    {
        if (_rules.Always(row) is { } action)
            return _code.Return(action);
        return _rules.Clauses(row) is { } clauses ? _clauses.Target(clauses, arch) : _default;
    }
}
