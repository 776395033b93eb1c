using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>siginfo_t as <see href="https://man7.org/linux/man-pages/man2/waitid.2.html">waitid(2)</see> fills it; 128 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
public struct child_siginfo
{
    public const int CLD_EXITED = 1, CLD_KILLED = 2, CLD_DUMPED = 3;

    [FieldOffset(0)] public int si_signo;
    [FieldOffset(8)] public int si_code;
    [FieldOffset(16)] public int si_pid;
    [FieldOffset(24)] public int si_status;

    /// <summary>The signal that ended the process, or 0.</summary>
    public readonly int Signal => si_code is CLD_KILLED or CLD_DUMPED ? si_status : 0;

    /// <summary>As a shell tells it: the status of exit(2), or 128 + the signal.</summary>
    public readonly int ExitCode => si_code == CLD_EXITED ? si_status : 128 + si_status;
}

public static unsafe partial class Sys
{
    public const int P_ALL = 0, P_PID = 1, P_PIDFD = 3;
    public const int WNOHANG = 1, WEXITED = 4, WNOWAIT = 0x1000000, __WALL = 0x40000000;

    /// <summary>waitid(2).</summary>
    /// <returns>0, with <c>si_pid</c> 0 when WNOHANG found nothing; or -errno.</returns>
    public static nint Waitid(int idType, int id, out child_siginfo info, int options)
    {
        child_siginfo filled = default;
        nint result = Retry(SyscallNumber.waitid, idType, id, (nint)(&filled), options);
        info = filled;
        return result;
    }
}
