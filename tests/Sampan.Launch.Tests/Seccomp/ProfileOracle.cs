using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>What a profile says of a system call, read straight off its rules: slow, and with nothing in common with the compiler but the tables.</summary>
internal sealed class ProfileOracle(LinuxSeccomp profile, SeccompArch native)
{
    private static readonly string[] SocketCalls =
    [
        "", "socket", "bind", "connect", "listen", "accept", "getsockname", "getpeername", "socketpair", "send", "recv", "sendto", "recvfrom",
        "shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4", "recvmmsg", "sendmmsg",
    ];

    private static readonly string[] IpcCalls =
    [
        "", "semop", "semget", "semctl", "semtimedop", "", "", "", "", "", "", "msgsnd", "msgrcv", "msgget", "msgctl", "", "", "", "", "", "",
        "shmat", "shmdt", "shmget", "shmctl",
    ];

    private readonly Dictionary<SeccompArch, uint[]> _named = [];
    private readonly Dictionary<SeccompArch, ILookup<uint, (LinuxSeccompArg[] Conditions, uint Action)>> _rules = [];
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
            return 0x50000 | (arch.ToString() switch { ['M', 'I', ..] => 89u, ['P', 'A', ..] => 251u, _ => 38u });

        if (!_rules.TryGetValue(arch, out var all))
            _rules[arch] = all = RulesFor(arch).ToLookup(r => r.Number, r => (r.Conditions, r.Action));
        var rules = all[call.Number].ToArray();
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

    /// <summary>Whether the call is newer than any the profile names, and fails for that alone.</summary>
    public bool IsNew(uint number, SeccompArch arch)
    {
        if (profile.DefaultAction is "SCMP_ACT_ALLOW" or "SCMP_ACT_LOG" or "SCMP_ACT_TRACE")
            return false;
        if (!_named.TryGetValue(arch, out var named))
            _named[arch] = named = [.. profile.Syscalls!.SelectMany(s => s.Names!).Select(n => Number(n, arch)).OfType<uint>().Distinct()];
        if (named.Length == 0 || number < arch.NumberBase())
            return false;
        if (arch is SeccompArch.S390X or SeccompArch.S390 && number == 0)
            return true;
        // ARM's own calls lie far above the common ones, and each group has its newest.
        const uint own = 0xF0000;
        if (arch == SeccompArch.ARM && named.Any(n => n >= own) && number >= named.Where(n => n >= own).Min())
            return number > named.Max();
        var common = named.Where(n => n < own || arch != SeccompArch.ARM).ToArray();
        return common.Length > 0 && number > common.Max();
    }

    private IEnumerable<(uint Number, LinuxSeccompArg[] Conditions, uint Action)> RulesFor(SeccompArch arch)
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
                    if (Number(name, arch) is { } number)
                        yield return (number, conditions, action);
                    if (conditions.Length > 0 && rule.Action is "SCMP_ACT_ALLOW" or "SCMP_ACT_LOG" or "SCMP_ACT_TRACE")
                        continue;
                    if (Array.IndexOf(SocketCalls, name) is > 0 and var socketCall && Number("socketcall", arch) is { } socketcall)
                        yield return (socketcall, [FirstIs(0xFFFFFFFF, socketCall)], action);
                    if (Array.IndexOf(IpcCalls, name) is > 0 and var ipcCall && Number("ipc", arch) is { } ipc)
                        yield return (ipc, [FirstIs(0xFFFF, ipcCall)], action);
                }
            }
        }
    }

    private static LinuxSeccompArg FirstIs(ulong mask, int value) => new() { Index = 0, Op = "SCMP_CMP_MASKED_EQ", Value = mask, ValueTwo = (ulong)value };

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
