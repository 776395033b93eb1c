using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// The profile of a container for which no other is asked: what programs need is allowed, the rest of the kernel is out of reach.
/// </summary>
/// <remarks>
/// Everything that is not listed fails with EPERM, or with ENOSYS where it is newer than the newest call listed. Left out on purpose: io_uring
/// (its requests pass no filter), key rings (not namespaced), userfaultfd, kexec, swap, module loading, AF_ALG and AF_VSOCK sockets,
/// and every way to new namespaces without CAP_SYS_ADMIN.
/// </remarks>
public static partial class DefaultSeccompProfile
{
    private const string Allow = "SCMP_ACT_ALLOW", Errno = "SCMP_ACT_ERRNO", MaskedEqual = "SCMP_CMP_MASKED_EQ";
    private const uint EPERM = 1, ENOSYS = 38;

    /// <summary>CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET; of NEWTIME, clone(2) knows nothing.</summary>
    private const ulong NamespaceFlags = 0x7E020000;

    /// <summary>The profile for a process whose bounding set holds <paramref name="capabilities"/>.</summary>
    /// <param name="capabilities">Such as <c>CAP_SYS_ADMIN</c>.</param>
    /// <param name="arch">Of the machine; the architectures whose programs it also runs are filtered with it. Null: of this program.</param>
    public static LinuxSeccomp For(IReadOnlySet<string> capabilities, SeccompArch? arch = null)
    {
        var native = arch ?? SeccompArchFacts.Native;
        var rules = new List<LinuxSyscall> { Rule(Always) };
        if (ArchitectureCalls(native) is { Length: > 0 } ofArchitecture)
            rules.Add(Rule(ofArchitecture));
        foreach (var (capability, calls) in Gated)
        {
            if (capabilities.Contains(capability))
                rules.Add(Rule(calls));
        }
        AddSockets(rules);
        AddPersonalities(rules);
        if (!capabilities.Contains("CAP_SYS_ADMIN"))
            AddClone(rules, native);
        return new LinuxSeccomp
        {
            DefaultAction = Errno,
            DefaultErrnoRet = EPERM,
            Architectures = [.. Architectures(native).Select(a => a.Name())],
            Syscalls = rules,
        };
    }

    private static SeccompArch[] Architectures(SeccompArch native) => native switch
    {
        SeccompArch.X86_64 => [native, SeccompArch.X86, SeccompArch.X32],
        SeccompArch.AARCH64 => [native, SeccompArch.ARM],
        SeccompArch.S390X => [native, SeccompArch.S390],
        SeccompArch.MIPS64 => [native, SeccompArch.MIPS, SeccompArch.MIPS64N32],
        SeccompArch.MIPSEL64 => [native, SeccompArch.MIPSEL, SeccompArch.MIPSEL64N32],
        _ => [native],
    };

    // Every address family but AF_ALG (38) and AF_VSOCK (40): the first has a history of kernel holes, the second speaks to the hypervisor.
    // The family is an int, so only 32 bits are compared: with a full comparison, 2^32 + 38 would be another family to the filter and AF_ALG
    // to the kernel. Through socketcall(2) the family is in memory, where no filter sees it: its socket operation is not allowed at all, the others
    // are by the rules on the calls of their name.
    private static void AddSockets(List<LinuxSyscall> rules)
    {
        const string calls = "socket socketpair";
        AddRange(rules, calls, 0, 37);
        AddRange(rules, calls, 39, 39);
        AddRange(rules, calls, 41, 63);
        const uint SYS_SOCKET = 1, SYS_SOCKETPAIR = 8; // of families that make pairs, and neither of the two does
        rules.Add(Rule("socketcall", Errno, ENOSYS, Masked(0, uint.MaxValue, SYS_SOCKET)));
        rules.Add(Rule("socketcall", Allow, null, Masked(0, uint.MaxValue, SYS_SOCKETPAIR)));
    }

    // PER_LINUX, PER_LINUX32, each also with UNAME26, and the question which it is.
    private static void AddPersonalities(List<LinuxSyscall> rules)
    {
        foreach (uint personality in (ReadOnlySpan<uint>)[0, 8, 0x20000, 0x20008, 0xFFFFFFFF])
            rules.Add(Rule("personality", Allow, null, Masked(0, uint.MaxValue, personality)));
    }

    // clone3's flags are in memory, where no filter sees them; with ENOSYS every libc falls back to clone.
    private static void AddClone(List<LinuxSyscall> rules, SeccompArch native)
    {
        uint flags = native is SeccompArch.S390X or SeccompArch.S390 ? 1u : 0;
        rules.Add(Rule("clone", Allow, null, Masked(flags, NamespaceFlags, 0)));
        rules.Add(Rule("clone3", Errno, ENOSYS));
    }

    // A range of values of the first argument, as the fewest masks that make it up.
    private static void AddRange(List<LinuxSyscall> rules, string calls, uint first, uint last)
    {
        while (first <= last)
        {
            uint size = 1;
            while ((first & (size * 2 - 1)) == 0 && first + size * 2 - 1 <= last)
                size *= 2;
            rules.Add(Rule(calls, Allow, null, Masked(0, uint.MaxValue - (size - 1), first)));
            first += size;
        }
    }

    private static LinuxSyscall Rule(string calls, string action = Allow, uint? errno = null, params LinuxSeccompArg[] args) => new()
    {
        Names = [.. calls.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)],
        Action = action,
        ErrnoRet = errno,
        Args = args.Length == 0 ? null : [.. args],
    };

    private static LinuxSeccompArg Masked(uint index, ulong mask, ulong value) => new() { Index = index, Value = mask, ValueTwo = value, Op = MaskedEqual };
}
