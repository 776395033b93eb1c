using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>Loading the compiled filter: seccomp(2), as late as can be, so that it need allow little more than execve.</summary>
internal static class SeccompSteps
{
    private const int SECCOMP_SET_MODE_FILTER = 1;

    public static void Load(OperationList child, LinuxSeccomp seccomp, Func<LinuxSeccomp, SeccompProgram> filter, HostFacts facts)
    {
        var program = Compile(seccomp, filter);
        if ((program.Flags & SeccompFlags.WAIT_KILLABLE_RECV) != 0 && facts.Kernel < new Version(5, 19))
            throw new SampanException(ErrorKind.Unsupported, $"linux.seccomp.flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs Linux 5.19 or newer, this is {facts.Kernel}");
        child.For("linux.seccomp", $"{program.Filter.Length / 8} instructions");
        var instructions = child.Data.Blob(program.Filter);
        var fprog = child.Data.Struct(new sock_fprog { len = (ushort)(program.Filter.Length / 8) }, fieldOffset: 8, instructions);
        var load = child.Call(SyscallNumber.seccomp, SECCOMP_SET_MODE_FILTER, program.Flags, fprog);
        if (!program.NeedsListener)
            return;
        load.Into(Slot.Listener);
        child.For("linux.seccomp.listenerPath", seccomp.ListenerPath!);
        child.Special(OpCode.OfferListener, Slot.Listener);
    }

    private static SeccompProgram Compile(LinuxSeccomp seccomp, Func<LinuxSeccomp, SeccompProgram> filter)
    {
        try
        {
            return filter(seccomp);
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.InvalidArgument, e.Message, e);
        }
    }
}
