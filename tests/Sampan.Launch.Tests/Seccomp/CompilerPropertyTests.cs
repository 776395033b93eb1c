using CsCheck;
using Sampan.Oci;
using static Sampan.Launch.Tests.Seccomp.ProfileGen;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>Compiled filters against a plain reading of their profiles.</summary>
public sealed class CompilerPropertyTests
{
    private static readonly string[] Names = [.. Enumerable.Range(0, SyscallTable.Count).Select(SyscallTable.NameOf), "no_such_call"];
    private static readonly SeccompArch[] LittleEndian = [.. Enum.GetValues<SeccompArch>().Where(a => !a.IsBigEndian())];
    private static readonly SeccompArch[] BigEndian = [.. Enum.GetValues<SeccompArch>().Where(a => a.IsBigEndian())];

    private static void Agree(SeccompArch[] archs, string[] names, bool bigEndian, int profiles)
        => Gen.Select(Profile(archs, names), AnyCall(archs).Array[40]).Sample((profile, calls) =>
        {
            var filter = new BpfInterpreter(SeccompCompiler.Compile(profile.Profile, profile.Native).Filter);
            var oracle = new ProfileOracle(profile.Profile, profile.Native);
            // Random numbers rarely meet the few calls a profile names.
            var aimed = profile.Profile.Syscalls!.SelectMany(s => s.Names!).SelectMany(n => calls.Take(2).Select(c => Aim(c, n, profile.Native))).OfType<Call>();
            foreach (var call in calls.Concat(aimed))
            {
                uint wanted = oracle.Evaluate(call), got = filter.Run(call, bigEndian);
                Assert.True(wanted == got, $"{call}: want {wanted:x}, got {got:x}; native {profile.Native}\n{System.Text.Encoding.UTF8.GetString(profile.Profile.ToJson(indented: true))}");
            }
        }, iter: profiles, threads: 1);

    private static Call? Aim(Call call, string name, SeccompArch arch)
    {
        int row = SyscallTable.RowOf(name);
        int number = row < 0 ? -1 : SyscallTable.Number(SyscallTable.Column(arch), row);
        return number < 0 ? null : new Call(arch.Audit(), arch.NumberBase() + (uint)number, call.Arguments);
    }

    [Fact]
    public void A_filter_does_what_its_profile_says() => Agree(LittleEndian, Names, false, 300);

    [Fact]
    public void A_filter_does_what_its_profile_says_where_the_high_half_comes_first() => Agree(BigEndian, Names, true, 100);

    /// <summary>Many rules on few calls: alternatives, conflicts, calls through socketcall and ipc.</summary>
    [Fact]
    public void Rules_that_meet_on_one_call_agree_with_the_profile()
        => Agree([SeccompArch.X86_64, SeccompArch.X86, SeccompArch.X32], ["socket", "bind", "socketcall", "ipc", "semop", "clone", "read"], false, 300);
}
