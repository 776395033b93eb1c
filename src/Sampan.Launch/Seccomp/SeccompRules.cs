using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>The rules of a profile by system call (row of <see cref="SyscallTable"/>), before they become instructions for an architecture.</summary>
internal sealed class SeccompRules
{
    private readonly bool[] _named = new bool[SyscallTable.Count];
    private readonly uint?[] _always = new uint?[SyscallTable.Count];
    private readonly List<SeccompClause>?[] _clauses = new List<SeccompClause>?[SyscallTable.Count];

    private SeccompRules(uint defaultAction) => DefaultAction = defaultAction;

    public uint DefaultAction { get; }

    public bool NeedsListener { get; private set; }

    /// <summary>Whether the profile names the call at all.</summary>
    public bool Names(int row) => _named[row];

    /// <summary>What happens whatever the arguments are; null when it depends on them, or nothing is said.</summary>
    public uint? Always(int row) => _always[row];

    /// <summary>The clauses in their order, of which the first that holds decides; null when there are none.</summary>
    public List<SeccompClause>? Clauses(int row) => _clauses[row];

    /// <summary>Reads a profile as libseccomp's callers do, so that a profile tested with another runtime means the same here.</summary>
    /// <exception cref="OciFormatException">A field that cannot be; the message begins with its path below <paramref name="path"/>.</exception>
    public static SeccompRules Read(LinuxSeccomp profile, string path)
    {
        var rules = new SeccompRules(SeccompActions.Parse(profile.DefaultAction, profile.DefaultErrnoRet, path, "defaultAction", "defaultErrnoRet"));
        // The launch itself would wait for the answer of a listener that has not yet got its descriptor.
        if (rules.DefaultAction == SeccompActions.Notify)
            throw new OciFormatException($"{path}.defaultAction", "SCMP_ACT_NOTIFY cannot be used as default action");
        for (int i = 0; i < (profile.Syscalls?.Count ?? 0); i++)
            rules.Add(profile.Syscalls![i], $"{path}.syscalls", i);
        return rules;
    }

    private void Add(LinuxSyscall rule, string list, int at)
    {
        uint action = SeccompActions.Parse(rule.Action, rule.ErrnoRet, $"{list}[{at}]", "action", "errnoRet");
        if (rule.Names is not { Count: > 0 })
            throw new OciFormatException($"{list}[{at}].names", "missing");
        var clauses = Conditions(rule, action, $"{list}[{at}].args");
        NeedsListener |= action == SeccompActions.Notify;
        for (int i = 0; i < rule.Names.Count; i++)
        {
            string name = rule.Names[i];
            if (name.Length == 0)
                throw new OciFormatException($"{list}[{at}].names[{i}]", "empty");
            if (action == SeccompActions.Notify && name == "write")
                throw new OciFormatException($"{list}[{at}].names[{i}]", "SCMP_ACT_NOTIFY cannot be used for the write syscall, by which the launch tells of the listener");
            int row = SyscallTable.RowOf(name);
            if (row < 0)
                continue; // of a newer kernel, or of an architecture that nobody uses any more
            _named[row] = true;
            // A rule that repeats the default says nothing, not even "first": so runc has it, and profiles were tested with that.
            if (action == DefaultAction)
                continue;
            foreach (var clause in clauses)
            {
                Add(row, clause);
                if (MultiplexedCalls.Companion(name, clause) is { } also)
                    Add(SyscallTable.RowOf(also.Call), also.Clause);
            }
        }
    }

    // A rule without conditions holds whatever else is said, before or after it; of two such, the first.
    private void Add(int row, SeccompClause clause)
    {
        if (_always[row] is not null)
            return;
        if (clause.Conditions.Length == 0)
            (_always[row], _clauses[row]) = (clause.Action, null);
        else
            (_clauses[row] ??= []).Add(clause);
    }

    private static SeccompClause[] Conditions(LinuxSyscall rule, uint action, string path)
    {
        if (rule.Args is not { Count: > 0 } args)
            return [new SeccompClause([], action)];
        var conditions = new SeccompCondition[args.Count];
        int seen = 0;
        bool repeated = false;
        for (int i = 0; i < conditions.Length; i++)
        {
            conditions[i] = SeccompCondition.Parse(args[i], $"{path}[{i}]");
            repeated |= (seen & 1 << conditions[i].Index) != 0;
            seen |= 1 << conditions[i].Index;
        }
        // libseccomp takes an argument once in a rule; its callers turn a rule that has one twice into alternatives.
        return repeated ? Array.ConvertAll(conditions, c => new SeccompClause([c], action)) : [new SeccompClause(conditions, action)];
    }
}
