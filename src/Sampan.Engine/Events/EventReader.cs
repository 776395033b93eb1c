using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Reads the journal's lines as they come, over its change from one file to the next.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly string _path;
    private FileFd? _file;
    private long _position;
    private byte[] _rest = [];

    /// <param name="fromEnd">What is there already is passed over.</param>
    public EventReader(string directory, bool fromEnd)
    {
        _path = $"{directory}/{EventJournal.FileName}";
        if (!fromEnd && TryOpen($"{directory}/{EventJournal.PreviousName}") is { } previous)
            _file = previous;
        else if ((_file = TryOpen(_path)) is not null && fromEnd)
            _position = Size(_file);
    }

    /// <summary>Every event that has come since.</summary>
    public IEnumerable<EventRecord> Next()
    {
        while (true)
        {
            _file ??= TryOpen(_path);
            if (_file is null)
                yield break;
            foreach (var record in Lines())
                yield return record;
            if (!Replaced())
                yield break;
            // Whoever had the old one open when it was replaced may have written to it still.
            foreach (var record in Lines())
                yield return record;
            _file.Dispose();
            (_file, _position, _rest) = (TryOpen(_path), 0, []);
        }
    }

    public void Dispose() => _file?.Dispose();

    private IEnumerable<EventRecord> Lines()
    {
        byte[] buffer = new byte[64 << 10];
        while (true)
        {
            int n = (int)LinuxException.Check(Sys.Pread(_file!.Number, buffer, _position), "read", _path);
            if (n == 0)
                yield break;
            _position += n;
            byte[] bytes = [.. _rest, .. buffer.AsSpan(0, n)];
            int done = 0, end;
            while ((end = bytes.AsSpan(done).IndexOf((byte)'\n')) >= 0)
            {
                if (Parse(bytes.AsMemory(done, end)) is { } record)
                    yield return record;
                done += end + 1;
            }
            _rest = bytes[done..];
        }
    }

    /// <summary>A line that a power cut or a full disk has torn is no event.</summary>
    private static EventRecord? Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            return JsonReading.Read<EventRecord>(line);
        }
        catch (OciFormatException)
        {
            return null;
        }
    }

    private bool Replaced()
    {
        LinuxException.Check(Sys.Fstat(_file!.Number, out var ours), "stat", _path);
        return Sys.Statx(At.AT_FDCWD, _path, out var now) == 0 && now.stx_ino != ours.stx_ino;
    }

    private static FileFd? TryOpen(string path)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDONLY);
        return fd == -(nint)Errno.ENOENT ? null : new FileFd((int)LinuxException.Check(fd, "open", path));
    }

    private static long Size(FileFd file)
    {
        LinuxException.Check(Sys.Fstat(file.Number, out var stat), "stat", "the journal");
        return (long)stat.stx_size;
    }
}
