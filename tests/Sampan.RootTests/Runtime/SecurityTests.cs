using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config-linux.md, "Seccomp", "Masked Paths", "Readonly Paths", "Sysctl".</summary>
public sealed class SecurityTests : RootTest
{
    internal static LinuxSeccomp Deny(params string[] calls) => new()
    {
        DefaultAction = "SCMP_ACT_ALLOW",
        Architectures = ["SCMP_ARCH_X86_64"],
        Syscalls = [new LinuxSyscall { Names = [.. calls], Action = "SCMP_ACT_ERRNO", ErrnoRet = 95 }],
    };

    [Fact]
    public void Masked_files_are_empty_and_masked_directories_too()
    {
        string text = Runtime.Shell("wc -c < /etc/group; wc -c < /etc/passwd; ls /usr; test -d /usr && echo dir",
            s => s.Linux!.MaskedPaths = [.. s.Linux.MaskedPaths!, "/etc/passwd", "/etc/group", "/usr", "/proc/no-such-file"]).Succeeds().Stdout;
        Assert.Equal("0\n0\ndir\n", text);
    }

    [Fact]
    public void Read_only_paths_cannot_be_written()
    {
        CommandResult result = Runtime.Shell("cat /proc/sys/kernel/ostype; echo x > /proc/sys/kernel/domainname; touch /tmp/x",
            s => s.Linux!.ReadonlyPaths = [.. s.Linux.ReadonlyPaths!, "/tmp", "/no/such/place"]).ExitsWith(1);
        Assert.Equal("Linux", result.Line);
        Assert.Equal(2, result.Stderr.Split("Read-only file system").Length - 1);
    }

    [Fact]
    public void Seccomp_denies_with_the_errno_asked_for()
    {
        Machine.RequireSeccomp();
        CommandResult result = Runtime.Shell("mkdir /tmp/x; touch /tmp/y && grep Seccomp: /proc/self/status", s => s.Linux!.Seccomp = Deny("mkdir", "mkdirat")).Succeeds();
        Assert.Contains("not supported", result.Stderr);
        Assert.Equal("Seccomp:\t2", result.Line);
    }

    [Fact]
    public void Seccomp_looks_at_arguments()
    {
        Machine.RequireSeccomp();
        // kill(2) with signal 10 alone.
        CommandResult result = Runtime.Shell("sleep 5 & kill -10 $! 2>/dev/null; echo $?; kill -9 $!; echo $?", s => s.Linux!.Seccomp = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Architectures = ["SCMP_ARCH_X86_64"],
            Syscalls = [new LinuxSyscall { Names = ["kill"], Action = "SCMP_ACT_ERRNO", Args = [new LinuxSeccompArg { Index = 1, Value = 10, Op = "SCMP_CMP_EQ" }] }],
        }).Succeeds();
        Assert.Equal("1\n0\n", result.Stdout);
    }

    [Fact]
    public void Seccomp_kills_what_it_is_told_to_kill()
    {
        Machine.RequireSeccomp();
        Runtime.Shell("sh -c 'mkdir /tmp/x'; echo $?; test ! -e /tmp/x", s => s.Linux!.Seccomp = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Architectures = ["SCMP_ARCH_X86_64"],
            Syscalls = [new LinuxSyscall { Names = ["mkdir"], Action = "SCMP_ACT_KILL_PROCESS" }],
        }).Also(r => Assert.Equal("159\n", r.Stdout));             // 128 + SIGSYS
    }

    [Fact]
    public void Sysctls_of_the_containers_namespaces_are_set_and_others_refused()
    {
        Assert.Equal("1234", Runtime.Shell("cat /proc/sys/kernel/msgmax", s => s.Linux!.Sysctl = new() { ["kernel.msgmax"] = "1234" }).Succeeds().Line);
        Runtime.Shell("true", s => s.Linux!.Sysctl = new() { ["kernel.sysrq"] = "1" }).Fails("kernel.sysrq");
    }

    [Fact]
    public void Unknown_capabilities_and_actions_are_named()
    {
        Runtime.Shell("true", s => s.Linux!.Seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_NONSENSE" }).Fails("SCMP_ACT_NONSENSE");
        Runtime.Shell("true", s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "nonsense" })).Fails("nonsense");
        Runtime.Shell("true", s => s.Process!.Rlimits = [new PosixRlimit { Type = "RLIMIT_NONSENSE", Soft = 1, Hard = 1 }]).Fails("RLIMIT_NONSENSE");
    }
}
