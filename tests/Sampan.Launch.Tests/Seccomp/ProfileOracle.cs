using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>What a profile says of a system call, read straight off its rules: slow, and with nothing in common with the compiler but the tables.</summary>
internal sealed class ProfileOracle(LinuxSeccomp profile, SeccompArch native)
{
    private static readonly Dictionary<string, (string Call, uint Number, ulong Mask)> Muxed = new[]
    {
        "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto", "recvfrom",
        "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
    }.Select((name, i) => (name, "socketcall", (uint)i + 1, 0xFFFFFFFFul))
        .Concat(new[] { ("semop", 1u), ("semget", 2), ("semctl", 3), ("semtimedop", 4), ("msgsnd", 11), ("msgrcv", 12), ("msgget", 13), ("msgctl", 14), ("shmat", 21), ("shmdt", 22), ("shmget", 23), ("shmctl", 24) }
            .Select(c => (c.Item1, "ipc", c.Item2, 0xFFFFul))).ToDictionary(c => c.Item1, c => (c.Item2, c.Item3, c.Item4));

    private readonly uint _default = Action(profile.DefaultAction!, profile.DefaultErrnoRet);

    public uint Evaluate(Call call)
    {
        var archs = (profile.Architectures ?? []).Select(n => Enum.Parse<SeccompArch>(n["SCMP_ARCH_".Length..])).Append(native).Distinct().ToArray();
        if (!archs.Any(a => a.Audit() == call.Arch))
            return 0;
        var arch = archs.First(a => a.Audit() == call.Arch);
        if (arch is SeccompArch.X86_64 or SeccompArch.X32)
        {
            arch = call.Number >= 0x40000000 ? SeccompArch.X32 : SeccompArch.X86_64;
            if (!archs.Contains(arch))
                return call.Number == uint.MaxValue ? _default : 0;
        }
        if (IsNew(call.Number, arch))
            return 0x50000 | (arch.ToString().StartsWith("MIPS") ? 89u : 38);

        var rules = RulesFor(call.Number, arch).ToArray();
        var always = rules.Where(r => r.Conditions.Length == 0).ToArray();
        if (always.Length > 0)
            return always[0].Action;
        foreach (var (conditions, action) in rules)
        {
            if (conditions.All(c => Holds(c, call, arch.Is64Bit())))
                return action;
        }
        return _default;
    }

    private bool IsNew(uint number, SeccompArch arch)
    {
        if (profile.DefaultAction is "SCMP_ACT_ALLOW" or "SCMP_ACT_LOG" or "SCMP_ACT_TRACE")
            return false;
        var named = profile.Syscalls!.SelectMany(s => s.Names!).Select(n => Number(n, arch)).OfType<uint>().ToArray();
        if (named.Length == 0 || number < arch.NumberBase())
            return false;
        if (arch is SeccompArch.S390X or SeccompArch.S390 && number == 0)
            return true;
        // ARM's own calls lie far above the common ones: both groups have a newest.
        uint top = named.Where(n => n < 0xF0000 || arch != SeccompArch.ARM).DefaultIfEmpty(0u).Max();
        uint privateTop = named.Where(n => n >= 0xF0000 && arch == SeccompArch.ARM).DefaultIfEmpty(0u).Max();
        if (privateTop != 0 && number >= named.Where(n => n >= 0xF0000).Min())
            return number > privateTop;
        return top == 0 ? named.All(n => n != 0) && number > privateTop && privateTop != 0 || named.Contains(0u) && number > 0 : number > top;
    }

    private IEnumerable<(LinuxSeccompArg[] Conditions, uint Action)> RulesFor(uint number, SeccompArch arch)
    {
        foreach (var rule in profile.Syscalls!)
        {
            uint action = Action(rule.Action!, rule.ErrnoRet);
            if (action == _default)
                continue;
            var args = rule.Args?.ToArray() ?? [];
            LinuxSeccompArg[][] alternatives = args.GroupBy(a => a.Index).Any(g => g.Count() > 1) ? [.. args.Select(a => new[] { a })] : [args];
            foreach (string name in rule.Names!)
            {
                foreach (var conditions in alternatives)
                {
                    if (Number(name, arch) == number)
                        yield return (conditions, action);
                    if (Muxed.TryGetValue(name, out var mux) && Number(mux.Call, arch) == number
                        && (conditions.Length == 0 || rule.Action is not ("SCMP_ACT_ALLOW" or "SCMP_ACT_LOG" or "SCMP_ACT_TRACE")))
                        yield return ([new LinuxSeccompArg { Index = 0, Op = "SCMP_CMP_MASKED_EQ", Value = mux.Mask, ValueTwo = mux.Number }], action);
                }
            }
        }
    }

    private static uint? Number(string name, SeccompArch arch)
    {
        int row = SyscallTable.RowOf(name);
        int number = row < 0 ? -1 : SyscallTable.Number(SyscallTable.Column(arch), row);
        return number < 0 ? null : (uint)number + arch.NumberBase();
    }

    private static bool Holds(LinuxSeccompArg condition, Call call, bool wide)
    {
        ulong cut = wide ? ulong.MaxValue : uint.MaxValue;
        ulong a = call.Argument((int)condition.Index) & cut, v = (condition.Value ?? 0) & cut;
        return condition.Op switch
        {
            "SCMP_CMP_EQ" => a == v,
            "SCMP_CMP_NE" => a != v,
            "SCMP_CMP_LT" => a < v,
            "SCMP_CMP_LE" => a <= v,
            "SCMP_CMP_GT" => a > v,
            "SCMP_CMP_GE" => a >= v,
            "SCMP_CMP_MASKED_EQ" => (a & v) == ((condition.ValueTwo ?? 0) & v),
            _ => throw new InvalidOperationException(condition.Op),
        };
    }

    private static uint Action(string action, uint? errno) => action switch
    {
        "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => 0,
        "SCMP_ACT_KILL_PROCESS" => 0x80000000,
        "SCMP_ACT_TRAP" => 0x30000,
        "SCMP_ACT_ERRNO" => 0x50000 | (errno ?? 1),
        "SCMP_ACT_TRACE" => 0x7FF00000 | (errno ?? 1),
        "SCMP_ACT_NOTIFY" => 0x7FC00000,
        "SCMP_ACT_LOG" => 0x7FFC0000,
        "SCMP_ACT_ALLOW" => 0x7FFF0000,
        _ => throw new InvalidOperationException(action),
    };
}
