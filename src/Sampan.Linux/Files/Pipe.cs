namespace Sampan.Linux;

/// <summary>Pipes of <see href="https://man7.org/linux/man-pages/man2/pipe.2.html">pipe(2)</see>.</summary>
public static unsafe class Pipe
{
    /// <summary>The reading and the writing end; both block.</summary>
    public static (PipeFd Reader, PipeFd Writer) Create()
    {
        int* ends = stackalloc int[2];
        LinuxException.Check(Sys.Call(SyscallNumber.pipe2, (nint)ends, (nint)OpenFlags.O_CLOEXEC), "pipe2");
        return (new PipeFd(ends[0]), new PipeFd(ends[1]));
    }
}
