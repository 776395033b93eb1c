using System.Text;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Seccomp;

/// <summary>Profile files as Docker has them.</summary>
public sealed class DockerProfileTests
{
    private const string Profile = """
        {
          "defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1, "flags": ["SECCOMP_FILTER_FLAG_LOG"],
          "archMap": [
            {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
            {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}
          ],
          "syscalls": [
            {"names": ["read", "write"], "action": "SCMP_ACT_ALLOW", "args": [], "comment": "", "includes": {}, "excludes": {}},
            {"name": "old_style", "action": "SCMP_ACT_ALLOW", "args": null},
            {"names": ["both_caps"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_A", "CAP_B"]}},
            {"names": ["no_cap"], "action": "SCMP_ACT_ALLOW", "excludes": {"caps": ["CAP_A", "CAP_B"]}},
            {"names": ["x86"], "action": "SCMP_ACT_ALLOW", "includes": {"arches": ["amd64", "x32"]}},
            {"names": ["not_x86"], "action": "SCMP_ACT_ALLOW", "excludes": {"arches": ["amd64"]}},
            {"names": ["new_kernel"], "action": "SCMP_ACT_ALLOW", "includes": {"minKernel": "6.10"}},
            {"names": ["old_kernel"], "action": "SCMP_ACT_ALLOW", "excludes": {"minKernel": "6.10"}},
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38, "args": [{"index": 0, "value": 7, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}
          ]
        }
        """;

    private static LinuxSeccomp Read(string json, SeccompArch arch, string kernel, params string[] capabilities)
        => DockerSeccompProfile.Read(Encoding.UTF8.GetBytes(json), new HashSet<string>(capabilities), arch, Version.Parse(kernel));

    private static string Names(LinuxSeccomp profile) => string.Join(' ', profile.Syscalls!.SelectMany(s => s.Names!));

    [Fact]
    public void Rules_hold_for_the_capabilities_architecture_and_kernel_they_name()
    {
        Assert.Equal("read write old_style no_cap x86 old_kernel clone3", Names(Read(Profile, SeccompArch.X86_64, "6.9.12")));
        Assert.Equal("read write old_style x86 new_kernel clone3", Names(Read(Profile, SeccompArch.X86_64, "6.10.0", "CAP_A")));
        Assert.Equal("read write old_style both_caps x86 new_kernel clone3", Names(Read(Profile, SeccompArch.X86_64, "7.1", "CAP_A", "CAP_B", "CAP_C")));
        Assert.Equal("read write old_style no_cap not_x86 old_kernel clone3", Names(Read(Profile, SeccompArch.AARCH64, "5.14.0")));
    }

    [Fact]
    public void Everything_else_comes_through()
    {
        var profile = Read(Profile, SeccompArch.X86_64, "6.1");
        Assert.Equal(["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"], profile.Architectures!);
        Assert.Equal(["SCMP_ARCH_RISCV64"], Read(Profile, SeccompArch.RISCV64, "6.1").Architectures!);
        Assert.Null(Read(Profile, SeccompArch.AARCH64, "6.1").Architectures);
        Assert.Equal(("SCMP_ACT_ERRNO", 1u), (profile.DefaultAction, profile.DefaultErrnoRet!.Value));
        Assert.Equal(["SECCOMP_FILTER_FLAG_LOG"], profile.Flags!);
        var clone = profile.Syscalls![^1];
        Assert.Equal(("SCMP_ACT_ERRNO", 38u, 7ul, 0ul, "SCMP_CMP_MASKED_EQ"), (clone.Action, clone.ErrnoRet!.Value, clone.Args![0].Value!.Value, clone.Args[0].ValueTwo!.Value, clone.Args[0].Op));
        var filter = new BpfInterpreter(SeccompCompiler.Compile(profile, SeccompArch.X86_64).Filter);
        Assert.Equal(0x7FFF0000u, filter.Run(Call.Of(SeccompArch.X86, "read")));
        Assert.Equal(0x50001u, filter.Run(Call.Of(SeccompArch.X86, "open")));
    }

    [Theory]
    [InlineData("{}", "defaultAction: missing")]
    [InlineData("[]", "want an object, not an array")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"archMap":[{"architecture":"SCMP_ARCH_X86_64"}]}""", "archMap: given together with architectures")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"a","names":["b"],"action":"SCMP_ACT_KILL"}]}""", "syscalls[0].name: given together with names")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["b"],"action":"SCMP_ACT_KILL","includes":{"minKernel":"new"}}]}""", "syscalls[0].includes.minKernel: want a version such as 4.8, not \"new\"")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["b"]}]}""", "syscalls[0].action: missing")]
    public void An_error_names_the_field(string json, string message)
        => Assert.Equal(message, Assert.Throws<OciFormatException>(() => Read(json, SeccompArch.X86_64, "6.1")).Message);
}
