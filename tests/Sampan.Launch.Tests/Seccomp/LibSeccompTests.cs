using CsCheck;
using Sampan.Oci;
using static Sampan.Launch.Tests.Seccomp.ProfileGen;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>A profile must mean here what it means to every other runtime: filters are compared with those of libseccomp, driven as runc drives it.</summary>
public sealed class LibSeccompTests
{
    private static readonly SeccompArch[] X86 = [SeccompArch.X86_64, SeccompArch.X86, SeccompArch.X32];

    // Those this libseccomp knows.
    private static readonly string[] Names = [.. Enumerable.Range(0, SyscallTable.Count).Select(SyscallTable.NameOf)
        .Where(n => LibSeccomp.Number(n, SeccompArch.X86_64) != LibSeccomp.Unknown)];

    // Those this libseccomp knows.
    private static readonly SeccompArch[] All = [.. Enum.GetValues<SeccompArch>()
        .Where(static a => a is not (SeccompArch.LOONGARCH64 or SeccompArch.M68K or SeccompArch.SH or SeccompArch.SHEB))];

    public static TheoryData<SeccompArch> Architectures => [.. All.Where(static a => a is not (SeccompArch.MIPS64N32 or SeccompArch.PARISC64))];

    private static readonly HashSet<(SeccompArch, uint)> NewerThanLibrary = [.. All.SelectMany(arch => Enumerable.Range(0, SyscallTable.Count)
        .Where(row => !Muxed(SyscallTable.NameOf(row)) && SyscallTable.Number(SyscallTable.Column(arch), row) >= 0 && LibSeccomp.Number(SyscallTable.NameOf(row), arch) < 0)
        .Select(row => (arch, (uint)SyscallTable.Number(SyscallTable.Column(arch), row))))];

    private static readonly Dictionary<SeccompArch, Dictionary<uint, string>> NamesByNumber = All.ToDictionary(static arch => arch, static arch => Enumerable.Range(0, SyscallTable.Count)
        .Where(row => SyscallTable.Number(SyscallTable.Column(arch), row) >= 0)
        .DistinctBy(row => SyscallTable.Number(SyscallTable.Column(arch), row))
        .ToDictionary(row => (uint)SyscallTable.Number(SyscallTable.Column(arch), row), SyscallTable.NameOf));

    [Fact]
    public void Numbers_are_those_of_libseccomp()
    {
        int compared = 0;
        foreach (var arch in All)
        {
            for (int row = 0; row < SyscallTable.Count; row++)
            {
                string name = SyscallTable.NameOf(row);
                int theirs = LibSeccomp.Number(name, arch), ours = SyscallTable.Number(SyscallTable.Column(arch), row);
                if (theirs < 0)
                    continue; // newer than this libseccomp, or multiplexed
                if (ours < 0 && arch == SeccompArch.PARISC64)
                    continue; // libseccomp 2.5 gives it the calls of 32 bits alone, too
                Assert.True(ours >= 0 && (uint)ours + arch.NumberBase() == (uint)theirs, $"{name} on {arch}: {ours}, libseccomp has {theirs}");
                compared++;
            }
        }
        Assert.InRange(compared, 4000, 9000);
    }

    [Fact]
    public void Every_call_of_a_random_profile_gets_the_action_of_libseccomp()
        => Gen.Select(Profile([SeccompArch.X86_64], Names), Pick(X86).Array[0, 2], Value.Array[40], (p, archs, values) => (Consistent(p.Profile, archs), values))
            .Sample((profile, values) => Compare(profile, SeccompArch.X86_64, X86, values), iter: 20, threads: 1);

    /// <summary>The same as if this machine were another.</summary>
    /// <remarks>That one alone, and with values its registers can hold: of several architectures at once, of values past 32 bits, and for MIPS64N32 and PARISC64
    /// libseccomp 2.5 makes filters that do not do what the profile says, which ours are held against in <see cref="CompilerPropertyTests"/>.</remarks>
    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_call_gets_the_action_of_libseccomp_on_each_architecture(SeccompArch native)
    {
        ulong mask = native.Is64Bit() ? ulong.MaxValue : uint.MaxValue;
        var generate = Gen.Select(Profile([native], [.. Names.Where(static n => n != "sys_debug_setcontext")]), Value.Array[40], (p, values) => (Profile: Consistent(p.Profile, []), values));
        var chance = new PCG(1, (ulong)native);
        for (int i = 0; i < 20; i++)
        {
            var (profile, values) = generate.Generate(chance, null, out _);
            foreach (var condition in profile.Syscalls!.SelectMany(static r => r.Args ?? []))
                (condition.Value, condition.ValueTwo) = (condition.Value & mask, condition.ValueTwo & mask);
            Compare(profile, native, [native], values);
        }
    }

    /// <summary>Of these libseccomp makes filters that take the architecture for the number, so that a rule is lost: see <see cref="LibSeccomp.ForgetsNumber"/>.</summary>
    [Theory]
    [InlineData("_sysctl", "_sysctl", SeccompArch.X86_64, SeccompArch.X32)] // x32 lacks it
    [InlineData("recvmmsg_time64", "setns", SeccompArch.X32, SeccompArch.X32)] // only of 32-bit architectures
    [InlineData("accept", "listxattr", SeccompArch.X86, SeccompArch.X86)] // behind socketcall there
    public void A_call_that_an_architecture_lacks_takes_nothing_from_those_it_has(string first, string conditional, SeccompArch arch, SeccompArch also)
    {
        var condition = new LinuxSeccompArg { Index = 0, Op = "SCMP_CMP_EQ", Value = 0 };
        List<LinuxSyscall> rules = [new() { Names = [conditional], Action = "SCMP_ACT_ALLOW", Args = [condition] }];
        if (first != conditional)
            rules.Insert(0, new() { Names = [first], Action = "SCMP_ACT_TRAP" });
        var profile = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ERRNO", Architectures = [also.Name()], Syscalls = rules };
        var ours = new BpfInterpreter(SeccompCompiler.Compile(profile, SeccompArch.X86_64).Filter);
        byte[] filter = LibSeccomp.Compile(profile, SeccompArch.X86_64);

        const uint allow = 0x7FFF0000, errno = 0x50001;
        Assert.Equal(allow, ours.Run(Call.Of(arch, conditional, 0)));
        Assert.Equal(errno, ours.Run(Call.Of(arch, conditional, 1)));
        bool forgets = LibSeccomp.ForgetsNumber(filter, arch);
        Assert.Equal(forgets ? errno : allow, new BpfInterpreter(filter).Run(Call.Of(arch, conditional, 0)));
    }

    [Fact]
    public void The_default_profile_gets_the_actions_of_libseccomp()
    {
        foreach (string[] capabilities in (string[][])[[], ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"], [.. DefaultProfileTests.AllCapabilities]])
        {
            var profile = DefaultSeccompProfile.For(new HashSet<string>(capabilities), SeccompArch.X86_64);
            // Its rules on sockets are where libseccomp would open socketcall.
            profile.Syscalls!.RemoveAll(s => s.Names!.Contains("socketcall") || s.Names!.Contains("socket"));
            profile.Syscalls.ForEach(s => s.Names!.RemoveAll(n => !Names.Contains(n)));
            profile.Syscalls.RemoveAll(s => s.Names!.Count == 0);
            Compare(profile, SeccompArch.X86_64, X86, [0, 1, 8, 0x20000, 0x20008, 0x7E020000, 0x10000000, 0xFFFFFFFF, 1ul << 32, ulong.MaxValue]);
        }
    }

    private static void Compare(LinuxSeccomp profile, SeccompArch native, SeccompArch[] archs, ulong[] values)
    {
        var ours = new BpfInterpreter(SeccompCompiler.Compile(profile, native).Filter);
        byte[] filter = LibSeccomp.Compile(profile, native);
        var theirs = new BpfInterpreter(filter);
        var oracle = new ProfileOracle(profile, native);
        foreach (var arch in archs)
        {
            bool listed = arch == native || profile.Architectures!.Contains(arch.Name());
            bool forgets = LibSeccomp.ForgetsNumber(filter, arch); // then the profile itself has to tell what it means
            for (uint number = 0; number < 560; number++)
            {
                if (NewerThanLibrary.Contains((arch, number)))
                    continue;
                string name = NameOf(arch, number);
                // Of the number behind socketcall and ipc the kernel looks at 32 bits, and so do we; libseccomp at all the register has.
                if (arch.Is64Bit() && name is "socketcall" or "ipc")
                    continue;
                if (listed && oracle.IsNew(arch.NumberBase() + number, arch))
                    continue; // runc prepends its own instructions for those
                for (int i = 0; i < 8; i++)
                {
                    var call = new Call(arch.Audit(), arch.NumberBase() + number, [.. Enumerable.Range(0, 6).Select(a => values[(number * 5 + (uint)i * 7 + (uint)a) % values.Length])]);
                    uint want = forgets ? oracle.Evaluate(call) : theirs.Run(call, native.IsBigEndian()), got = ours.Run(call, native.IsBigEndian());
                    if (want != got) // the text costs far more than the comparison
                        Assert.Fail($"native {native}, {arch} {name}, {call}: {(forgets ? "profile" : "libseccomp")} {want:x}, here {got:x}\n{System.Text.Encoding.UTF8.GetString(profile.ToJson(indented: true))}");
                }
            }
        }
    }

    private static string NameOf(SeccompArch arch, uint number) => NamesByNumber[arch].GetValueOrDefault(number, "");

    // Each call in one rule only: which of several conditional rules wins, libseccomp leaves to the order of its tree. And alternatives only of
    // plain equalities: from "at most 5, or at least 9" libseccomp 2.5 makes a tree that takes 7, and masks it mixes up too.
    private static LinuxSeccomp Consistent(LinuxSeccomp profile, SeccompArch[] archs)
    {
        var seen = new HashSet<string>();
        profile.Architectures = [.. archs.Select(a => a.Name())];
        foreach (var rule in profile.Syscalls!)
        {
            rule.Names = [.. rule.Names!.Where(n => (rule.Args is null || !Muxed(n)) && seen.Add(n))];
            if (rule.Args?.GroupBy(a => a.Index).Any(g => g.Count() > 1) == true)
                rule.Args.ForEach(a => a.Op = "SCMP_CMP_EQ");
        }
        profile.Syscalls.RemoveAll(s => s.Names!.Count == 0);
        return profile;
    }

    // Where a call can also be made through socketcall or ipc, libseccomp makes of a permission for some arguments one for all; we do not.
    private static bool Muxed(string name)
        => MultiplexedCalls.Companion(name, new SeccompClause([], 0)) is not null || name is "socketcall" or "ipc";
}
