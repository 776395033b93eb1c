using System.Globalization;

using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>The files of a log, open, oldest first. The monitor may turn them over at any time: what is open stays readable.</summary>
internal sealed class LogFiles : IDisposable
{
    private readonly string _path;
    private readonly List<FileFd> _files = [];

    private LogFiles(string path) => _path = path;

    public IReadOnlyList<FileFd> All => _files;

    /// <summary>The log at <paramref name="path"/> and what was turned over before; none when there is none yet.</summary>
    public static LogFiles Open(string path)
    {
        var files = new LogFiles(path);
        var seen = new HashSet<ulong>();
        // From the newest back: what is turned over meanwhile is met again under its new name, and known by its inode.
        for (int number = 0; ; number++)
        {
            nint fd = Sys.Openat(At.AT_FDCWD, Name(path, number), OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW);
            if (fd == -(nint)Errno.ENOENT && number > 0)
                return files;
            if (fd == -(nint)Errno.ENOENT)
                continue;
            var file = new FileFd((int)LinuxException.Check(fd, "open", Name(path, number)));
            if (seen.Add(Inode(file)))
                files._files.Insert(0, file);
            else
                file.Dispose();
        }
    }

    /// <summary>The file that came after <paramref name="last"/>, which was turned over; null: it was not.</summary>
    public FileFd? After(FileFd? last)
    {
        ulong inode = last is null ? 0 : Inode(last);
        if (last is not null && Sys.Statx(At.AT_FDCWD, _path, out var newest) == 0 && newest.stx_ino == inode)
            return null;
        using var now = Open(_path);
        int at = now._files.FindIndex(file => Inode(file) == inode) + 1;
        if (at >= now._files.Count)
            return null;
        var next = now._files[at];
        now._files.RemoveAt(at);
        _files.Add(next);
        return next;
    }

    private static string Name(string path, int number) => number == 0 ? path : string.Create(CultureInfo.InvariantCulture, $"{path}.{number}");

    private static ulong Inode(FileFd file)
    {
        LinuxException.Check(Sys.Fstat(file.Number, out var stat), "fstat", "the log");
        return stat.stx_ino;
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }
}
