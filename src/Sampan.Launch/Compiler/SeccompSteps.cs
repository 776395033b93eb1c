using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>Loading the compiled filter: seccomp(2), as late as can be, so that it need allow little more than execve.</summary>
internal static class SeccompSteps
{
    private const int SECCOMP_SET_MODE_FILTER = 1;

    public static void Load(OperationList child, LinuxSeccomp seccomp)
    {
        var program = SeccompCompiler.Compile(seccomp);
        if (program.NeedsListener)
            throw new SampanException(ErrorKind.Unsupported, "linux.seccomp: SCMP_ACT_NOTIFY is not supported yet");
        child.For("linux.seccomp", $"{program.Filter.Length / 8} instructions");
        var filter = child.Data.Blob(program.Filter);
        var fprog = child.Data.Struct(new sock_fprog { len = (ushort)(program.Filter.Length / 8) }, fieldOffset: 8, filter);
        child.Call(SyscallNumber.seccomp, SECCOMP_SET_MODE_FILTER, program.Flags, fprog);
    }
}
