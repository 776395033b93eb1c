namespace Sampan.Linux;

public static partial class Sys
{
    private const int PR_SET_NAME = 15, PR_SET_CHILD_SUBREAPER = 36;

    /// <summary>
    /// PR_SET_CHILD_SUBREAPER of <see href="https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html">prctl(2)</see>: descendants whose
    /// parent ends become our children. Survives execve.
    /// </summary>
    public static nint BecomeSubreaper() => Call(SyscallNumber.prctl, PR_SET_CHILD_SUBREAPER, 1);

    /// <summary>PR_SET_NAME: the calling thread's name, as ps(1) shows it; cut at 15 bytes.</summary>
    public static nint SetThreadName(string name)
    {
        using var text = new CString(name);
        return Call(SyscallNumber.prctl, PR_SET_NAME, text);
    }
}
