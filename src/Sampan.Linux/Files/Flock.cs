namespace Sampan.Linux;

/// <summary>Operations of <see href="https://man7.org/linux/man-pages/man2/flock.2.html">flock(2)</see>.</summary>
[Flags]
public enum FlockOperation
{
    LOCK_SH = 1, LOCK_EX = 2, LOCK_NB = 4, LOCK_UN = 8,
}

public static partial class Sys
{
    public static nint Flock(int fd, FlockOperation operation) => Retry(SyscallNumber.flock, fd, (nint)operation);
}

/// <summary>A lock on a file, held until disposed; the kernel drops it when the process dies.</summary>
public sealed class FileLock : IDisposable
{
    private readonly FileFd _file;

    private FileLock(FileFd file) => _file = file;

    /// <summary>Waits for the lock on <paramref name="path"/>, which is made when it does not exist.</summary>
    public static FileLock Take(string path, FlockOperation operation = FlockOperation.LOCK_EX)
    {
        var file = Open.File(path, OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0x180);
        nint result = Sys.Flock(file.Number, operation);
        if (result >= 0)
            return new FileLock(file);
        file.Dispose();
        throw new LinuxException((Errno)(-result), "flock", path);
    }

    /// <summary>The lock on <paramref name="path"/>, which must exist; null when somebody else holds it.</summary>
    public static FileLock? Try(string path)
    {
        var file = Open.File(path, OpenFlags.O_RDWR);
        nint result = Sys.Flock(file.Number, FlockOperation.LOCK_EX | FlockOperation.LOCK_NB);
        if (result >= 0)
            return new FileLock(file);
        file.Dispose();
        if (result != -(nint)Errno.EAGAIN)
            LinuxException.Throw(result, "flock", path);
        return null;
    }

    public void Dispose() => _file.Dispose();
}
