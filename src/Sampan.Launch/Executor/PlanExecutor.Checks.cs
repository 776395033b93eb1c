using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>What the executor makes sure of on the descriptor it holds, where the image or a race could have put something else.</summary>
public static unsafe partial class PlanExecutor
{
    // struct statfs of x86-64 is 120 bytes, and f_type is its first long.
    private static nint OutsideProc(PlanHeader* plan, nint target)
    {
        nint error = Call(plan, SyscallNumber.fstatfs, target, (nint)plan->Link);
        return error < 0 ? error : *(long*)plan->Link == FileSystemMagic.PROC_SUPER_MAGIC ? -(nint)Errno.ELOOP : 0;
    }

    // Of a directory elsewhere the kernel says "(unreachable)".
    private static nint InsideRoot(PlanHeader* plan)
    {
        nint length = Call(plan, SyscallNumber.getcwd, (nint)plan->Path, 4096);
        return length < 0 ? length : plan->Path[0] == (byte)'/' ? 0 : -(nint)Errno.ENOENT;
    }
}
