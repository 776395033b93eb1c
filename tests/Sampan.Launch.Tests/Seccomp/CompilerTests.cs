using System.Text;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>What the compiler makes of fields besides rules, and what it says of wrong ones.</summary>
public sealed class CompilerTests
{
    private static LinuxSeccomp Parse(string json) => JsonReading.Read<LinuxSeccomp>(Encoding.UTF8.GetBytes(json));

    private static SeccompProgram Compile(string json) => SeccompCompiler.Compile(Parse(json), SeccompArch.X86_64);

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_DENY"}""", "linux.seccomp.defaultAction: unknown action \"SCMP_ACT_DENY\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_NOTIFY"}""", "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be used as default action")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":4096}""", "linux.seccomp.defaultErrnoRet: want 0 to 4095, not 4096")]
    [InlineData("""{"defaultAction":"SCMP_ACT_KILL","defaultErrnoRet":1}""", "linux.seccomp.defaultErrnoRet: SCMP_ACT_KILL takes no errno")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86","SCMP_ARCH_Z80"]}""", "linux.seccomp.architectures[1]: unknown architecture \"SCMP_ARCH_Z80\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_S390X"]}""", "linux.seccomp.architectures[0]: SCMP_ARCH_S390X has another byte order than SCMP_ARCH_X86_64")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG","X"]}""", "linux.seccomp.flags[1]: unknown flag \"X\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]}""", "linux.seccomp.flags[0]: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs a rule with SCMP_ACT_NOTIFY")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":[],"action":"SCMP_ACT_KILL"}]}""", "linux.seccomp.syscalls[0].names: missing")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read",""],"action":"SCMP_ACT_KILL"}]}""", "linux.seccomp.syscalls[0].names[1]: empty")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_TRAP","errnoRet":2}]}""", "linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_TRAP takes no errno")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]}""", "linux.seccomp.syscalls[0].names[0]: SCMP_ACT_NOTIFY cannot be used for the write syscall, by which the launch tells of the listener")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_NOTIFY"}]}""", "linux.seccomp.listenerPath: missing, and a rule says SCMP_ACT_NOTIFY")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","listenerMetadata":"x"}""", "linux.seccomp.listenerMetadata: needs listenerPath")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_KILL"},{"names":["read"],"action":"SCMP_ACT_KILL","args":[{"index":6,"value":1,"op":"SCMP_CMP_EQ"}]}]}""", "linux.seccomp.syscalls[1].args[0].index: want 0 to 5, not 6")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["nothing"],"action":"SCMP_ACT_KILL","args":[{"index":0,"value":1,"op":"=="}]}]}""", "linux.seccomp.syscalls[0].args[0].op: unknown operator \"==\"")]
    public void An_error_names_the_field(string json, string message)
        => Assert.Equal(message, Assert.Throws<OciFormatException>(() => Compile(json)).Message);

    [Fact]
    public void Flags_are_those_of_the_profile_and_of_its_rules()
    {
        Assert.Equal(4u, Compile("""{"defaultAction":"SCMP_ACT_ALLOW"}""").Flags); // SPEC_ALLOW, as of runc
        Assert.Equal(0u, Compile("""{"defaultAction":"SCMP_ACT_ALLOW","flags":[]}""").Flags);
        Assert.Equal(6u, Compile("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_TSYNC","SECCOMP_FILTER_FLAG_LOG","SECCOMP_FILTER_FLAG_SPEC_ALLOW"]}""").Flags);
        const string rule = """ "listenerPath":"/run/agent.sock","syscalls":[{"names":["mount"],"action":"SCMP_ACT_NOTIFY"}]}""";
        var notifying = Compile("""{"defaultAction":"SCMP_ACT_ALLOW",""" + rule);
        Assert.True(notifying.NeedsListener);
        Assert.Equal(8u + 4, notifying.Flags);
        Assert.Equal(8u + 32, Compile("""{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV","SECCOMP_FILTER_FLAG_TSYNC"],""" + rule).Flags);
        Assert.Equal(0x7FC00000u, new BpfInterpreter(notifying.Filter).Run(Call.Of(SeccompArch.X86_64, "mount")));
    }

    [Fact]
    public void A_filter_the_kernel_would_refuse_for_its_length_is_an_error()
    {
        var rules = Enumerable.Range(0, 1500).Select(i => $$"""{"names":["ioctl"],"action":"SCMP_ACT_ALLOW","args":[{"index":1,"value":{{i * 3}},"op":"SCMP_CMP_EQ"},{"index":2,"value":{{i}},"op":"SCMP_CMP_GT"}]}""");
        var error = Assert.Throws<OciFormatException>(() => Compile($$"""{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{{string.Join(',', rules)}}]}"""));
        Assert.Matches("^linux.seccomp: makes a filter of [0-9]+ instructions, and the kernel takes 4096$", error.Message);
    }

    [Fact]
    public void An_architecture_the_profile_does_not_list_is_killed()
    {
        var filter = new BpfInterpreter(Compile("""{"defaultAction":"SCMP_ACT_ALLOW"}""").Filter);
        Assert.Equal(0x7FFF0000u, filter.Run(Call.Of(SeccompArch.X86_64, "read")));
        Assert.Equal(0u, filter.Run(Call.Of(SeccompArch.X86, "read")));
        Assert.Equal(0u, filter.Run(Call.Of(SeccompArch.X32, "read")));
        Assert.Equal(0x7FFF0000u, filter.Run(new Call(SeccompArch.X86_64.Audit(), uint.MaxValue)));
    }

    [Fact]
    public void A_printed_filter_reads_from_top_to_bottom()
        => Assert.Equal(
            """
               0  ld arch
               1  jeq 0xc000003e → 2 : 7
               2  ld nr
               3  jge 136 → 5 : 4
               4  jge 135 → 8 : 14
               5  jge 0x40000000 → 6 : 14
               6  jge 0xffffffff → 14 : 7
               7  ret KILL_THREAD
               8  ld args[0]+4
               9  jgt 0 → 14 : 10
              10  jeq 0 → 11 : 13
              11  ld args[0]+0
              12  jge 8 → 14 : 13
              13  ret ERRNO 22
              14  ret ALLOW

            """, BpfPrinter.Print(Compile("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["personality"],"action":"SCMP_ACT_ERRNO","errnoRet":22,"args":[{"index":0,"value":8,"op":"SCMP_CMP_LT"}]}]}""")));
}
