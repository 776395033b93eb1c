using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Where the last lines of a log begin, found by reading from the end backwards.</summary>
internal sealed class LogTail(IReadOnlyList<FileFd> files, LogFormat format, long wanted)
{
    private long _lines;
    private bool _last = true;
    private (int File, long Position) _next;
    private byte[] _record = new byte[4096];

    /// <summary>The file and the position in it.</summary>
    public (int File, long Position) Find()
    {
        int newest = files.Count - 1;
        if (newest < 0)
            return default;
        _next = (newest, SizeOf(files[newest]));
        if (wanted == 0)
            return _next;
        for (int file = newest; file >= 0; file--)
            if (Search(file))
                return _next;
        return default;
    }

    /// <returns>Whether the lines that are wanted begin in <paramref name="file"/>, or right behind it.</returns>
    private bool Search(int file)
    {
        byte[] block = new byte[64 << 10];
        long end = SizeOf(files[file]), at = end;
        while (at > 0)
        {
            int n = (int)Math.Min(block.Length, at);
            at -= n;
            LinuxException.Check(Sys.Pread(files[file].Number, block.AsSpan(0, n), at), "read", "the log");
            for (int i = n - 1; i >= 0; i--)
            {
                long start = at + i + 1;
                if (block[i] != (byte)'\n' || start == end)
                    continue;
                if (Count(file, start))
                    return true;
            }
        }
        return end > 0 && Count(file, 0);
    }

    /// <summary>A whole record ends a line; one that is not counts only at the very end, as the line that is still being written.</summary>
    private bool Count(int file, long start)
    {
        if ((IsWhole(file, start) || _last) && ++_lines > wanted)
            return true;
        _last = false;
        _next = (file, start);
        return false;
    }

    private bool IsWhole(int file, long start)
    {
        while (true)
        {
            int n = (int)LinuxException.Check(Sys.Pread(files[file].Number, _record, start), "read", "the log");
            int end = _record.AsSpan(0, n).IndexOf((byte)'\n');
            if (end >= 0)
                return format.TryRead(_record.AsSpan(0, end), out var record) && record.Whole;
            if (n < _record.Length)
                return false;
            Array.Resize(ref _record, _record.Length * 2);
        }
    }

    private static long SizeOf(FileFd file)
    {
        LinuxException.Check(Sys.Fstat(file.Number, out var stat), "fstat", "the log");
        return (long)stat.stx_size;
    }
}
