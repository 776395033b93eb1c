namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/copy_file_range.2.html">copy_file_range(2)</see> from and to the descriptors' positions; bytes copied, 0 at the end.</summary>
    public static nint CopyFileRange(int from, int to, nint length) => Retry(SyscallNumber.copy_file_range, from, 0, to, 0, length);
}
