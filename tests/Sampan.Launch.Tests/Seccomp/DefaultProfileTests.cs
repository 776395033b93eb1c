using System.Text;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>The profile everybody gets: what it denies, what it costs, and what is in it.</summary>
public sealed class DefaultProfileTests
{
    private const uint Allow = 0x7FFF0000, Eperm = 0x50001, Enosys = 0x50026, MipsEnosys = 0x50059, PariscEnosys = 0x500FB;

    internal static readonly string[] AllCapabilities =
    [
        "CAP_BPF", "CAP_DAC_READ_SEARCH", "CAP_PERFMON", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_CHROOT", "CAP_SYS_MODULE", "CAP_SYS_NICE",
        "CAP_SYS_PACCT", "CAP_SYS_PTRACE", "CAP_SYS_RAWIO", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_SYSLOG",
    ];

    private static LinuxSeccomp Profile(params string[] capabilities) => DefaultSeccompProfile.For(new HashSet<string>(capabilities), SeccompArch.X86_64);

    private static BpfInterpreter Filter(params string[] capabilities) => new(SeccompCompiler.Compile(Profile(capabilities), SeccompArch.X86_64).Filter);

    public static TheoryData<SeccompArch> Abis => [SeccompArch.X86_64, SeccompArch.X86, SeccompArch.X32];

    [Theory]
    [MemberData(nameof(Abis))]
    public void Sockets_of_the_crypto_interface_and_of_the_hypervisor_are_denied(SeccompArch abi)
    {
        var filter = Filter();
        for (ulong family = 0; family < 64; family++)
        {
            // The kernel reads the family from the low 32 bits, whatever is above.
            foreach (ulong garbage in (ulong[])[0, 1ul << 32, 0xFFFFFFFFul << 32])
            {
                uint want = family is 38 or 40 ? Eperm : Allow;
                Assert.Equal(want, filter.Run(Call.Of(abi, "socket", garbage | family, 1, 0)));
                Assert.Equal(want, filter.Run(Call.Of(abi, "socketpair", garbage | family, 1, 0)));
            }
        }
    }

    [Fact]
    public void Socketcall_makes_no_socket_and_does_all_else()
    {
        var filter = Filter();
        Assert.Equal(Enosys, filter.Run(Call.Of(SeccompArch.X86, "socketcall", 1)));
        for (ulong operation = 2; operation <= 20; operation++)
            Assert.Equal(Allow, filter.Run(Call.Of(SeccompArch.X86, "socketcall", operation)));
        Assert.Equal(Eperm, filter.Run(Call.Of(SeccompArch.X86, "socketcall", 0)));
        Assert.Equal(Eperm, filter.Run(Call.Of(SeccompArch.X86, "socketcall", 21)));
    }

    [Theory]
    [MemberData(nameof(Abis))]
    public void New_namespaces_need_CAP_SYS_ADMIN(SeccompArch abi)
    {
        var (without, with) = (Filter(), Filter("CAP_SYS_ADMIN"));
        ulong[] flags = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000];
        foreach (ulong flag in flags)
        {
            Assert.Equal(Eperm, without.Run(Call.Of(abi, "clone", flag | 17)));
            Assert.Equal(Eperm, without.Run(Call.Of(abi, "clone", flag | 1ul << 32)));
            Assert.Equal(Allow, with.Run(Call.Of(abi, "clone", flag | 17)));
        }
        Assert.Equal(Allow, without.Run(Call.Of(abi, "clone", 0x3D0F00)));
        Assert.Equal(Enosys, without.Run(Call.Of(abi, "clone3")));
        Assert.Equal(Allow, with.Run(Call.Of(abi, "clone3")));
        foreach (string call in (string[])["unshare", "setns", "mount", "umount2", "fsopen", "open_tree", "move_mount", "bpf", "sethostname"])
        {
            Assert.Equal(Eperm, without.Run(Call.Of(abi, call)));
            Assert.Equal(Allow, with.Run(Call.Of(abi, call)));
        }
    }

    [Theory]
    [MemberData(nameof(Abis))]
    public void What_nobody_needs_is_denied_even_with_all_capabilities(SeccompArch abi)
    {
        var filter = Filter(AllCapabilities);
        foreach (string call in (string[])["io_uring_setup", "io_uring_enter", "io_uring_register", "add_key", "request_key", "keyctl", "userfaultfd", "swapon", "swapoff", "pivot_root", "kexec_load"])
            Assert.Equal(Eperm, filter.Run(Call.Of(abi, call)));
        Assert.Equal(Eperm, filter.Run(Call.Of(abi, "personality", 0x40000)));
        foreach (ulong personality in (ulong[])[0, 8, 0x20000, 0x20008, 0xFFFFFFFF])
            Assert.Equal(Allow, filter.Run(Call.Of(abi, "personality", personality)));
    }

    [Theory]
    [MemberData(nameof(Abis))]
    public void A_call_of_a_newer_kernel_is_missing_rather_than_forbidden(SeccompArch abi)
    {
        Assert.Equal(Enosys, Filter().Run(new Call(abi.Audit(), abi.NumberBase() + 900)));
        Assert.Equal(Enosys, Filter().Run(new Call(abi.Audit(), abi.NumberBase() + 0x10000)));
    }

    [Fact]
    public void Clone_has_its_flags_second_on_s390()
    {
        var profile = DefaultSeccompProfile.For(new HashSet<string>(), SeccompArch.S390X);
        // The filter of another byte order: the program itself is only ever loaded there.
        var filter = new BpfInterpreter(SeccompCompiler.Compile(profile, SeccompArch.S390X).Filter);
        Assert.Equal(Allow, filter.Run(Call.Of(SeccompArch.S390X, "clone", 0x10000000, 17), bigEndian: true));
        Assert.Equal(Eperm, filter.Run(Call.Of(SeccompArch.S390X, "clone", 17, 0x10000000), bigEndian: true));
        Assert.Equal(Enosys, filter.Run(new Call(SeccompArch.S390X.Audit(), 0), bigEndian: true));
    }

    [Fact]
    public void Every_architecture_has_a_default_profile_that_lets_a_program_live_and_die()
    {
        foreach (var arch in Enum.GetValues<SeccompArch>().Where(a => a != SeccompArch.X32))
        {
            var profile = DefaultSeccompProfile.For(new HashSet<string>(), arch);
            var filter = new BpfInterpreter(SeccompCompiler.Compile(profile, arch).Filter);
            foreach (string call in (string[])["execve", "read", "write", "openat", "rt_sigreturn", "exit_group", "futex", "set_tid_address"])
                Assert.Equal(Allow, filter.Run(Call.Of(arch, call), arch.IsBigEndian()));
            Assert.Equal(arch.Name().Contains("MIPS") ? MipsEnosys : arch.Name().Contains("PARISC") ? PariscEnosys : Enosys, filter.Run(new Call(arch.Audit(), arch.NumberBase() + 900), arch.IsBigEndian()));
            Assert.Equal(Eperm, filter.Run(Call.Of(arch, "io_uring_setup"), arch.IsBigEndian()));
        }
    }

    /// <summary>The kernel walks the filter for every number when it is loaded, and at each call with arguments to test.</summary>
    [Fact]
    public void The_default_filter_is_small_and_no_call_takes_long()
    {
        var filter = Filter();
        Assert.InRange(filter.Length, 100, 320);
        int most = 0;
        foreach (var abi in (SeccompArch[])[SeccompArch.X86_64, SeccompArch.X86, SeccompArch.X32])
        {
            for (uint number = 0; number < 560; number++)
            {
                filter.Run(new Call(abi.Audit(), abi.NumberBase() + number));
                most = int.Max(most, filter.Steps);
            }
        }
        Assert.InRange(most, 5, 24);
    }

    /// <summary>The whole profile, for reviewers: a change of it shows in the diff of this file.</summary>
    [Fact]
    public void The_profile_is_the_one_that_was_reviewed() => Snapshot.Check("default-profile.txt", Listing());

    private static string Listing()
    {
        var text = new StringBuilder();
        text.Append($"filter for no capabilities: {Filter().Length} instructions\n");
        text.Append($"filter for all capabilities: {Filter(AllCapabilities).Length} instructions\n\nalways\n");
        var common = Lines(Profile()).ToList();
        common.ForEach(l => text.Append($"  {l}\n"));
        foreach (string capability in AllCapabilities)
        {
            var lines = Lines(Profile(capability)).ToList();
            text.Append($"\n{capability}\n");
            lines.Except(common).ToList().ForEach(l => text.Append($"  {l}\n"));
            common.Except(lines).ToList().ForEach(l => text.Append($"  without it: {l}\n"));
        }
        return text.ToString();
    }

    private static IEnumerable<string> Lines(LinuxSeccomp profile) => profile.Syscalls!.SelectMany(rule => rule.Names!.Select(name =>
    {
        string action = rule.Action == "SCMP_ACT_ALLOW" ? "" : $" {rule.Action} {rule.ErrnoRet}";
        return name + action + string.Concat((rule.Args ?? []).Select(a => $" args[{a.Index}] & 0x{a.Value:x} == 0x{a.ValueTwo:x}"));
    })).Distinct().Order(StringComparer.Ordinal);
}
