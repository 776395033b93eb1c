using CsCheck;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>Random profiles and system calls.</summary>
internal static class ProfileGen
{
    public static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    // Few values, near one another and around the edges of 32 bits: only such make comparisons come out either way.
    public static readonly Gen<ulong> Value = Gen.OneOf(
        Gen.ULong[0, 5],
        Pick<ulong>(0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000, 0x100000001, 0x1FFFFFFFF, 0xFFFFFFFF00000000, ulong.MaxValue - 1, ulong.MaxValue),
        Gen.Int[0, 63].Select(bit => 1ul << bit),
        Gen.Int[0, 32].Select(bits => (0xFFFFFFFF << bits) & 0xFFFFFFFFul));

    public static readonly Gen<LinuxSeccompArg> Argument = Gen.Select(
        Gen.UInt[0, 5], Pick("EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ", "MASKED_EQ"), Value, Value,
        (index, op, value, two) => new LinuxSeccompArg { Index = index < 4 ? 0 : index, Op = "SCMP_CMP_" + op, Value = value, ValueTwo = op == "MASKED_EQ" ? two : null });

    public static readonly Gen<(string Action, uint? Errno)> Action = Gen.Select(
        Pick("ALLOW", "ERRNO", "ERRNO", "KILL", "KILL_PROCESS", "TRAP", "TRACE", "LOG"), Gen.UInt[0, 3],
        (action, errno) => ("SCMP_ACT_" + action, action is "ERRNO" or "TRACE" && errno > 0 ? errno : (uint?)null));

    public static Gen<LinuxSyscall> Rule(string[] names) => Gen.Select(
        Pick(names).Array[1, 8], Action, Gen.Frequency((2, Gen.Const<LinuxSeccompArg[]>([])), (3, Argument.Array[1, 3])),
        (calls, action, args) => new LinuxSyscall { Names = [.. calls], Action = action.Action, ErrnoRet = action.Errno, Args = args.Length == 0 ? null : [.. args] });

    public static Gen<(LinuxSeccomp Profile, SeccompArch Native)> Profile(SeccompArch[] archs, string[] names) => Gen.Select(
        Pick(archs), Pick(archs).Array[0, 4], Action, Rule(names).Array[0, 16],
        (native, more, action, rules) => (new LinuxSeccomp
        {
            DefaultAction = action.Action,
            DefaultErrnoRet = action.Errno,
            Architectures = [.. more.Select(a => a.Name())],
            Syscalls = [.. rules],
        }, native));

    public static Gen<Call> AnyCall(SeccompArch[] archs) => Gen.Select(
        Pick(archs), Gen.Frequency((8, Gen.UInt[0, 600]), (1, Pick<uint>(0xF0000, 0xF0001, 0xF0005, 0xF0006, 0xF0007, 0x3FFFFFFF, 0x40000000, 0x40000200, uint.MaxValue))),
        Value.Array[6], (arch, number, args) => new Call(arch.Audit(), number < 0x1000 ? number + arch.NumberBase() : number, args));
}
