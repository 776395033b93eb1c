using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>Compiled filters in this machine's kernel. A filter is a thread's own, so each test has a thread that ends with it.</summary>
public sealed unsafe class KernelTests
{
    private const int PR_SET_NO_NEW_PRIVS = 38, SECCOMP_SET_MODE_FILTER = 1, AF_UNIX = 1, AF_ALG = 38, AF_VSOCK = 40;

    [Fact]
    public void The_default_profile_loads_and_denies()
    {
        var profile = DefaultSeccompProfile.For(new HashSet<string>(), SeccompArch.X86_64);
        Under(profile,
            ((SyscallNumber)425, 1, 0, -(int)Errno.EPERM), // io_uring_setup
            (SyscallNumber.socket, AF_ALG, 5, -(int)Errno.EPERM),
            (SyscallNumber.socket, unchecked((nint)0x1_0000_0000) + AF_ALG, 5, -(int)Errno.EPERM),
            (SyscallNumber.socket, AF_VSOCK, 1, -(int)Errno.EPERM),
            (SyscallNumber.socket, AF_UNIX, -1, -(int)Errno.EINVAL),
            (SyscallNumber.unshare, 0x04000000, 0, -(int)Errno.EPERM),
            (SyscallNumber.clone3, 0, 0, -(int)Errno.ENOSYS),
            (SyscallNumber.keyctl, 0, 0, -(int)Errno.EPERM),
            (SyscallNumber.personality, unchecked((nint)0xFFFFFFFF), 0, 0),
            (SyscallNumber.personality, 0x40000, 0, -(int)Errno.EPERM),
            ((SyscallNumber)600, 0, 0, -(int)Errno.ENOSYS),
            ((SyscallNumber)SeccompArchFacts.X32_SYSCALL_BIT + 600, 0, 0, -(int)Errno.ENOSYS));
    }

    [Theory]
    [InlineData("SCMP_CMP_EQ", 0x1_0000_0005ul, 0x1_0000_0005ul, 5ul)]
    [InlineData("SCMP_CMP_NE", 0x1_0000_0005ul, 5ul, 0x1_0000_0005ul)]
    [InlineData("SCMP_CMP_GT", 0x1_0000_0005ul, 0x1_0000_0006ul, 0x1_0000_0005ul)]
    [InlineData("SCMP_CMP_GE", 0x1_0000_0005ul, 0x2_0000_0000ul, 0xFFFF_FFFFul)]
    [InlineData("SCMP_CMP_LT", 0x1_0000_0005ul, 0xFFFF_FFFFul, 0x1_0000_0005ul)]
    [InlineData("SCMP_CMP_LE", 0x1_0000_0005ul, 0x1_0000_0005ul, 0x1_0000_0006ul)]
    [InlineData("SCMP_CMP_MASKED_EQ", 0x8000_0000_0000_0001ul, 0x8000_0000_FFFF_0001ul, 1ul)]
    public void Comparisons_of_64_bits_hold_in_the_kernel(string op, ulong value, ulong holds, ulong fails)
    {
        var profile = new LinuxSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Flags = ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
            Syscalls = [new LinuxSyscall { Names = ["getppid"], Action = "SCMP_ACT_ERRNO", ErrnoRet = 77, Args = [new LinuxSeccompArg { Index = 1, Op = op, Value = value, ValueTwo = value }] }],
        };
        int parent = (int)Sys.Call(SyscallNumber.getppid);
        Under(profile, (SyscallNumber.getppid, 0, (nint)holds, -77), (SyscallNumber.getppid, 0, (nint)fails, parent));
    }

    private static void Under(LinuxSeccomp profile, params (SyscallNumber Number, nint A0, nint A1, int Want)[] calls)
    {
        var program = SeccompCompiler.Compile(profile);
        nint loaded = -1;
        var results = new nint[calls.Length];
        var thread = new Thread(() =>
        {
            Sys.Call(SyscallNumber.prctl, PR_SET_NO_NEW_PRIVS, 1);
            fixed (byte* filter = program.Filter)
            {
                var fprog = new sock_fprog { len = (ushort)program.Instructions, filter = (ulong)filter };
                loaded = Sys.Call(SyscallNumber.seccomp, SECCOMP_SET_MODE_FILTER, (nint)program.Flags, (nint)(&fprog));
            }
            for (int i = 0; i < calls.Length; i++)
                results[i] = Sys.Call(calls[i].Number, calls[i].A0, calls[i].A1);
        });
        thread.Start();
        thread.Join();
        Assert.Equal(0, loaded);
        for (int i = 0; i < calls.Length; i++)
            Assert.True(calls[i].Want == results[i], $"{calls[i]}: got {results[i]}");
    }
}
