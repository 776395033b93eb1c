namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/read.2.html">read(2)</see>.</summary>
    public static nint Read(int fd, Span<byte> buffer)
    {
        fixed (byte* p = buffer)
            return Retry(SyscallNumber.read, fd, (nint)p, buffer.Length);
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/write.2.html">write(2)</see>; may write less than asked.</summary>
    public static nint Write(int fd, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* p = buffer)
            return Retry(SyscallNumber.write, fd, (nint)p, buffer.Length);
    }

    /// <summary>Writes all of <paramref name="buffer"/>; 0, or -errno.</summary>
    public static nint WriteAll(int fd, ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint n = Write(fd, buffer);
            if (n < 0)
                return n;
            buffer = buffer[(int)n..];
        }
        return 0;
    }

    /// <summary>Reads up to the end of file or the buffer's; bytes read, or -errno.</summary>
    public static nint ReadAll(int fd, Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            nint n = Read(fd, buffer[total..]);
            if (n < 0)
                return n;
            if (n == 0)
                break;
            total += (int)n;
        }
        return total;
    }
}
