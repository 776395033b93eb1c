namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/pread.2.html">pread(2)</see>.</summary>
    public static nint Pread(int fd, Span<byte> buffer, long offset)
    {
        fixed (byte* b = buffer)
            return Retry(SyscallNumber.pread64, fd, (nint)b, buffer.Length, (nint)offset);
    }

    /// <summary>pwrite(2); may write less than asked.</summary>
    public static nint Pwrite(int fd, ReadOnlySpan<byte> buffer, long offset)
    {
        fixed (byte* b = buffer)
            return Retry(SyscallNumber.pwrite64, fd, (nint)b, buffer.Length, (nint)offset);
    }
}
