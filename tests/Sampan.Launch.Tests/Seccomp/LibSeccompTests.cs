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

    private static readonly HashSet<(SeccompArch, uint)> NewerThanLibrary = [.. X86.SelectMany(arch => Enumerable.Range(0, SyscallTable.Count)
        .Where(row => !Muxed(SyscallTable.NameOf(row)) && SyscallTable.Number(SyscallTable.Column(arch), row) >= 0 && LibSeccomp.Number(SyscallTable.NameOf(row), arch) < 0)
        .Select(row => (arch, (uint)SyscallTable.Number(SyscallTable.Column(arch), row))))];

    [Fact]
    public void Numbers_are_those_of_libseccomp()
    {
        int compared = 0;
        foreach (var arch in Enum.GetValues<SeccompArch>().Where(a => a != SeccompArch.LOONGARCH64))
        {
            for (int row = 0; row < SyscallTable.Count; row++)
            {
                string name = SyscallTable.NameOf(row);
                int theirs = LibSeccomp.Number(name, arch), ours = SyscallTable.Number(SyscallTable.Column(arch), row);
                if (theirs < 0)
                    continue; // newer than this libseccomp, or multiplexed
                Assert.True(ours >= 0 && (uint)ours + arch.NumberBase() == (uint)theirs, $"{name} on {arch}: {ours}, libseccomp has {theirs}");
                compared++;
            }
        }
        Assert.InRange(compared, 4000, 9000);
    }

    [Fact]
    public void Every_call_of_a_random_profile_gets_the_action_of_libseccomp()
        => Gen.Select(Profile([SeccompArch.X86_64], Names), Pick(X86).Array[0, 2], Value.Array[40], (p, archs, values) => (Consistent(p.Profile, archs), values))
            .Sample((profile, values) => Compare(profile, values), iter: 20, threads: 1);

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
            Compare(profile, [0, 1, 8, 0x20000, 0x20008, 0x7E020000, 0x10000000, 0xFFFFFFFF, 1ul << 32, ulong.MaxValue]);
        }
    }

    private static void Compare(LinuxSeccomp profile, ulong[] values)
    {
        var ours = new BpfInterpreter(SeccompCompiler.Compile(profile, SeccompArch.X86_64).Filter);
        var theirs = new BpfInterpreter(LibSeccomp.Compile(profile));
        var oracle = new ProfileOracle(profile, SeccompArch.X86_64);
        foreach (var arch in X86)
        {
            bool listed = arch == SeccompArch.X86_64 || profile.Architectures!.Contains(arch.Name());
            for (uint number = 0; number < 560; number++)
            {
                if (NewerThanLibrary.Contains((arch, number)))
                    continue;
                if (listed && oracle.IsNew(arch.NumberBase() + number, arch))
                    continue; // runc prepends its own instructions for those
                for (int i = 0; i < 8; i++)
                {
                    var call = new Call(arch.Audit(), arch.NumberBase() + number, [.. Enumerable.Range(0, 6).Select(a => values[(number * 5 + (uint)i * 7 + (uint)a) % values.Length])]);
                    uint want = theirs.Run(call), got = ours.Run(call);
                    Assert.True(want == got, $"{call}: libseccomp {want:x}, here {got:x}\n{System.Text.Encoding.UTF8.GetString(profile.ToJson(indented: true))}");
                }
            }
        }
    }

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
