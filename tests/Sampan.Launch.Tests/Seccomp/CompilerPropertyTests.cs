using CsCheck;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>Compiled filters against a plain reading of their profiles.</summary>
public sealed class CompilerPropertyTests
{
    private static readonly string[] Names = [.. Enumerable.Range(0, SyscallTable.Count).Select(SyscallTable.NameOf), "no_such_call"];
    private static readonly SeccompArch[] LittleEndian = [.. Enum.GetValues<SeccompArch>().Where(a => !a.IsBigEndian())];
    private static readonly SeccompArch[] BigEndian = [.. Enum.GetValues<SeccompArch>().Where(a => a.IsBigEndian())];

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // Few values, near one another and around the edges of 32 bits: only such make comparisons come out either way.
    private static readonly Gen<ulong> Value = Gen.OneOf(
        Gen.ULong[0, 5],
        Pick<ulong>(0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x100000001, 0x1FFFFFFFF, 0xFFFFFFFF00000000, ulong.MaxValue - 1, ulong.MaxValue),
        Gen.Int[0, 63].Select(bit => 1ul << bit),
        Gen.Int[0, 32].Select(bits => (0xFFFFFFFF << bits) & 0xFFFFFFFFul));

    private static readonly Gen<LinuxSeccompArg> Argument = Gen.Select(
        Gen.UInt[0, 5], Pick("EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ", "MASKED_EQ"), Value, Value,
        (index, op, value, two) => new LinuxSeccompArg { Index = index < 4 ? 0 : index, Op = "SCMP_CMP_" + op, Value = value, ValueTwo = op == "MASKED_EQ" ? two : null });

    private static readonly Gen<(string Action, uint? Errno)> Action = Gen.Select(
        Pick("ALLOW", "ERRNO", "ERRNO", "KILL", "KILL_PROCESS", "TRAP", "TRACE", "LOG"), Gen.UInt[0, 3],
        (action, errno) => ("SCMP_ACT_" + action, action is "ERRNO" or "TRACE" && errno > 0 ? errno : (uint?)null));

    private static Gen<LinuxSyscall> Rule(string[] names) => Gen.Select(
        Pick(names).Array[1, 8], Action, Gen.Frequency((2, Gen.Const<LinuxSeccompArg[]>([])), (3, Argument.Array[1, 3])),
        (calls, action, args) => new LinuxSyscall { Names = [.. calls], Action = action.Action, ErrnoRet = action.Errno, Args = args.Length == 0 ? null : [.. args] });

    private static Gen<(LinuxSeccomp Profile, SeccompArch Native)> Profile(SeccompArch[] archs, string[] names) => Gen.Select(
        Pick(archs), Pick(archs).Array[0, 4], Action, Rule(names).Array[0, 16],
        (native, more, action, rules) => (new LinuxSeccomp
        {
            DefaultAction = action.Action,
            DefaultErrnoRet = action.Errno,
            Architectures = [.. more.Select(a => a.Name())],
            Syscalls = [.. rules],
        }, native));

    private static Gen<Call> AnyCall(SeccompArch[] archs) => Gen.Select(
        Pick(archs), Gen.Frequency((8, Gen.UInt[0, 600]), (1, Pick<uint>(0xF0000, 0xF0001, 0xF0005, 0xF0006, 0xF0007, 0x3FFFFFFF, 0x40000000, 0x40000200, uint.MaxValue))),
        Value.Array[6], (arch, number, args) => new Call(arch.Audit(), number < 0x1000 ? number + arch.NumberBase() : number, args));

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
