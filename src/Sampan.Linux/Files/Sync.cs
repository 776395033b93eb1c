namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/fsync.2.html">fsync(2)</see>.</summary>
    public static nint Fsync(int fd) => Retry(SyscallNumber.fsync, fd);

    /// <summary><see href="https://man7.org/linux/man-pages/man2/sync.2.html">syncfs(2)</see>: the whole file system the file lies on.</summary>
    public static nint Syncfs(int fd) => Retry(SyscallNumber.syncfs, fd);
}
