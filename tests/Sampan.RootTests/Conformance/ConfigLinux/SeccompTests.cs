using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.ConfigLinux;

/// <summary>config-linux.md, "Seccomp". The system call that the rules are about is getpriority(2), by number: the witness does not need it.</summary>
public sealed class SeccompTests : ConformanceTest
{
    private const string Errno = "SCMP_ACT_ERRNO";

    private static string Call(params long[] arguments) => "call=140," + string.Join(',', arguments);

    private static LinuxSyscall Rule(string action, params LinuxSeccompArg[] arguments) => new() { Names = ["getpriority"], Action = action, Args = [.. arguments] };

    private static LinuxSeccompArg Arg(string op, ulong value, ulong? two = null, uint index = 1) => new() { Index = index, Op = op, Value = value, ValueTwo = two };

    private Report With(Action<LinuxSeccomp> change, params string[] attempts)
    {
        Machine.RequireSeccomp();
        var seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["SCMP_ARCH_X86_64"], Syscalls = [] };
        change(seccomp);
        return See(s => s.Linux!.Seccomp = seccomp, attempts);
    }

    [Fact]
    public void A_rule_without_conditions_and_its_errno()
    {
        Assert.Equal("EPERM", With(s => s.Syscalls = [Rule(Errno)], Call(0, 0))[Call(0, 0)]);
        Report report = With(s => s.Syscalls = [new LinuxSyscall { Names = ["getpriority", "no_such_call"], Action = Errno, ErrnoRet = 95 }], Call(0, 0));
        Assert.Equal("EOPNOTSUPP", report[Call(0, 0)]);
        Assert.Equal("2", report["seccomp"]);
        Assert.Equal("0", See()["seccomp"]);
    }

    [Fact]
    public void The_default_action_and_its_errno()
    {
        // What the witness needs to live is allowed by naming what is not.
        Report report = With(s => (s.DefaultAction, s.Syscalls) = ("SCMP_ACT_LOG", [Rule(Errno)]), Call(0, 0));
        Assert.Equal("EPERM", report[Call(0, 0)]);
        report = With(s =>
        {
            (s.DefaultAction, s.DefaultErrnoRet) = (Errno, 38);
            s.Syscalls = [new LinuxSyscall { Names = Everything("getpriority"), Action = "SCMP_ACT_ALLOW" }];
        }, Call(0, 0));
        Assert.Equal("ENOSYS", report[Call(0, 0)]);
    }

    /// <summary>Each operator, below, at and above its value.</summary>
    [Theory]
    [InlineData("SCMP_CMP_NE", "x.x")]
    [InlineData("SCMP_CMP_LT", "x..")]
    [InlineData("SCMP_CMP_LE", "xx.")]
    [InlineData("SCMP_CMP_EQ", ".x.")]
    [InlineData("SCMP_CMP_GE", ".xx")]
    [InlineData("SCMP_CMP_GT", "..x")]
    public void An_operator(string op, string denied)
    {
        // On both sides of 2^32, too: the kernel's filter looks at halves.
        foreach (long value in (long[])[7, (5L << 32) + 7])
        {
            string[] calls = [Call(99, value - 1), Call(99, value), Call(99, value + 1)];
            Report report = With(s => s.Syscalls = [Rule(Errno, Arg(op, (ulong)value))], calls);
            Assert.Equal(denied, string.Concat(calls.Select(c => report[c] == "EPERM" ? 'x' : '.')));
        }
    }

    [Fact]
    public void Masked_equality_and_several_conditions()
    {
        Report report = With(s => s.Syscalls = [Rule(Errno, Arg("SCMP_CMP_MASKED_EQ", 0xf0, 0x30))], Call(99, 0x35), Call(99, 0x45));
        Assert.Equal("EPERM", report[Call(99, 0x35)]);
        Assert.Equal("EINVAL", report[Call(99, 0x45)]);
        // All conditions of one rule must hold; of two rules, one.
        report = With(s => s.Syscalls = [Rule(Errno, Arg("SCMP_CMP_EQ", 99, index: 0), Arg("SCMP_CMP_EQ", 1))], Call(99, 1), Call(99, 2), Call(98, 1));
        Assert.Equal(["EPERM", "EINVAL", "EINVAL"], [report[Call(99, 1)], report[Call(99, 2)], report[Call(98, 1)]]);
        report = With(s => s.Syscalls = [Rule(Errno, Arg("SCMP_CMP_EQ", 1)), Rule(Errno, Arg("SCMP_CMP_EQ", 2))], Call(99, 1), Call(99, 2), Call(99, 3));
        Assert.Equal(["EPERM", "EPERM", "EINVAL"], [report[Call(99, 1)], report[Call(99, 2)], report[Call(99, 3)]]);
    }

    [Theory]
    [InlineData("SCMP_ACT_KILL")]
    [InlineData("SCMP_ACT_KILL_THREAD")]
    [InlineData("SCMP_ACT_KILL_PROCESS")]
    [InlineData("SCMP_ACT_TRAP")]
    public void An_action_that_ends_the_process(string action)
    {
        Machine.RequireSeccomp();
        Assert.Equal(128 + 31, Run(NewBundle(s => s.Linux!.Seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [Rule(action)] }, Call(0, 0))).ExitCode);
    }

    /// <summary>Without no_new_privs a filter takes CAP_SYS_ADMIN to set: it is set before the container's capabilities are.</summary>
    [Fact]
    public void A_user_without_privileges_is_filtered_with_and_without_no_new_privs()
    {
        Machine.RequireSeccomp();
        foreach (bool noNewPrivileges in (bool[])[true, false])
        {
            Report report = See(s =>
            {
                s.Process!.User = new User { Uid = 1000, Gid = 1000 };
                s.Process.NoNewPrivileges = noNewPrivileges;
                s.Linux!.Seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [Rule(Errno)] };
            }, Call(0, 0));
            Assert.Equal("EPERM", report[Call(0, 0)]);
            Assert.Equal(noNewPrivileges ? "1" : "0", report["no_new_privs"]);
            Assert.Equal("0000000000000000", report["cap.effective"]);
        }
    }

    [Fact]
    public void What_is_an_error()
    {
        void Wrong(LinuxSeccomp seccomp) => Refused(s => s.Linux!.Seccomp = seccomp);
        Wrong(new LinuxSeccomp { DefaultAction = "SCMP_ACT_NOSUCH" });
        Wrong(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Architectures = ["SCMP_ARCH_NOSUCH"], Syscalls = [Rule(Errno)] });
        Wrong(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Flags = ["SECCOMP_FILTER_FLAG_NOSUCH"], Syscalls = [Rule(Errno)] });
        Wrong(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new LinuxSyscall { Names = ["getpriority"], Action = "SCMP_ACT_NOSUCH" }] });
        Wrong(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new LinuxSyscall { Names = ["getpriority"], Action = "SCMP_ACT_KILL", ErrnoRet = 5 }] });
        Wrong(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [Rule(Errno, Arg("SCMP_CMP_NOSUCH", 1))] });
        Wrong(new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new LinuxSyscall { Names = [], Action = Errno }] });
    }

    // Every system call of the kernel's own header but one: glibc's start-up may use any.
    private static List<string> Everything(string but)
        => [.. File.ReadLines(Machine.SyscallHeader).Where(l => l.StartsWith("#define __NR_", StringComparison.Ordinal)).Select(l => l.Split(' ')[1]["__NR_".Length..]).Where(n => n != but)];
}
