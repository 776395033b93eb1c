using System.Globalization;
using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>A log file, turned over when it has become too large: it goes on as <c>PATH.1</c>, which was <c>PATH.2</c> the time after.</summary>
public sealed class LogFile
{
    // Readable by the owner alone but for a group that looks after logs: 0640.
    private const uint Mode = 0x1A0;

    private readonly string? _path;
    private readonly long _maxSize;
    private readonly int _maxFiles;
    private long _size;

    /// <param name="fd">Open for appending. With <paramref name="maxSize"/> it becomes this object's.</param>
    /// <param name="path">Only needed with <paramref name="maxSize"/>.</param>
    /// <param name="maxSize">Bytes; 0: it may grow for ever.</param>
    public LogFile(int fd, string? path = null, long maxSize = 0, int maxFiles = 1)
    {
        (Fd, _path, _maxSize, _maxFiles) = (fd, path, maxSize, maxFiles);
        if (maxSize > 0 && Sys.Fstat(fd, out var stat) == 0)
            _size = (long)stat.stx_size;
    }

    public int Fd { get; private set; }

    internal static LogFile Of(LogChoice choice, int fd) => new(fd, choice.Path, choice.MaxSize, choice.MaxFiles);

    internal static int Open(string path) => (int)LinuxException.Check(TryOpen(path), "open", path);

    /// <summary>Whether the next record belongs into a new file, when <paramref name="pending"/> bytes are still to be written into this one.</summary>
    internal bool IsFull(int pending) => _maxSize > 0 && _size + pending >= _maxSize;

    internal nint Write(ReadOnlySpan<byte> bytes)
    {
        nint result = Sys.WriteAll(Fd, bytes);
        if (result >= 0)
            _size += bytes.Length;
        return result;
    }

    /// <summary>Goes on in a new file.</summary>
    /// <returns>0 or -errno: then the old file goes on.</returns>
    internal nint TurnOver()
    {
        // Not truncated when there is to be one only: who reads it still has the old one to its end.
        if (_maxFiles == 1)
            Sys.Unlinkat(At.AT_FDCWD, _path!);
        for (int i = _maxFiles - 1; i > 0; i--)
            Sys.Renameat2(At.AT_FDCWD, i == 1 ? _path! : Name(i - 1), At.AT_FDCWD, Name(i));
        nint fd = TryOpen(_path!);
        if (fd < 0)
            return fd;
        Sys.Call(SyscallNumber.close, Fd);
        (Fd, _size) = ((int)fd, 0);
        return 0;
    }

    private string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{_path}.{number}");

    private static nint TryOpen(string path)
        => Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_WRONLY | OpenFlags.O_APPEND | OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW, Mode);
}
