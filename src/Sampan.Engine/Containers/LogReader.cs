using System.Globalization;
using System.Text;

using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>
/// Reads the log format of the Kubernetes container runtime interface, <c>TIME stdout|stderr F|P TEXT</c>. A record marked P has its line's end in a later
/// record of the stream, so joining the texts gives back what the container wrote.
/// </summary>
internal sealed class LogReader(FileFd file, string path, LogRequest request, LogPiece write)
{
    private readonly string? _since = Text(request.Since);
    private readonly string? _until = Text(request.Until);
    private byte[] _buffer = new byte[32 << 10];
    private int _length;
    private long _position;
    private bool _midLineOut, _midLineErr;

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    /// <summary>Places the reader before the last lines that are wanted, by reading from the end backwards.</summary>
    public void SkipToTail()
    {
        if (request.Tail is not { } wanted)
            return;
        LinuxException.Check(Sys.Fstat(file.Number, out var stat), "fstat", path);
        long size = (long)stat.stx_size, at = size, next = size, lines = 0;
        byte[] block = new byte[64 << 10];
        bool last = true;
        while (at > 0)
        {
            int n = (int)Math.Min(block.Length, at);
            at -= n;
            LinuxException.Check(Sys.Pread(file.Number, block.AsSpan(0, n), at), "read", path);
            for (int i = n - 1; i >= 0; i--)
            {
                long start = at + i + 1;
                if (block[i] != (byte)'\n' || start == size)
                    continue;
                // A whole record ends a line; one that is not counts only at the very end, as the line that is still being written.
                if ((IsWhole(start) || last) && ++lines > wanted)
                {
                    _position = next;
                    return;
                }
                last = false;
                next = start;
            }
        }
        _position = wanted == 0 ? size : 0;
        // The first record was not looked at: no newline stands before it.
        if (lines == wanted && size > 0 && IsWhole(0) && next < size)
            _position = next;
    }

    private bool IsWhole(long start)
    {
        Span<byte> head = stackalloc byte[48];
        int n = (int)LinuxException.Check(Sys.Pread(file.Number, head, start), "read", path);
        int first = head[..n].IndexOf((byte)' ');
        return first >= 0 && first + 8 < n && head[first + 8] == (byte)'F';
    }

    /// <summary>Hands out every whole record up to the end of the file.</summary>
    public void Read()
    {
        while (true)
        {
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            int n = (int)LinuxException.Check(Sys.Pread(file.Number, _buffer.AsSpan(_length), _position), "read", path);
            if (n == 0)
                return;
            _position += n;
            _length += n;
            int done = 0, end;
            while ((end = _buffer.AsSpan(done, _length - done).IndexOf((byte)'\n')) >= 0)
            {
                Record(_buffer.AsSpan(done, end));
                done += end + 1;
            }
            _buffer.AsSpan(done, _length - done).CopyTo(_buffer);
            _length -= done;
        }
    }

    /// <summary>Nothing: a record without its newline was never finished, for the monitor writes whole records.</summary>
    public void Finish() => _length = 0;

    private void Record(ReadOnlySpan<byte> record)
    {
        int first = record.IndexOf((byte)' ');
        // Not a record: a line that a power cut has torn.
        if (first < 0 || record.Length < first + 10)
            return;
        var time = record[..first];
        bool error = record[(first + 1)..].StartsWith("stderr "u8);
        bool whole = record[first + 8] == (byte)'F';
        var text = record[(first + 10)..];
        if ((_since is not null && Before(time, _since)) || (_until is not null && !Before(time, _until)))
            return;
        ref bool midLine = ref error ? ref _midLineErr : ref _midLineOut;
        Span<byte> end = whole ? [(byte)'\n'] : [];
        byte[] piece = request.Timestamps && !midLine ? [.. time, (byte)' ', .. text, .. end] : [.. text, .. end];
        midLine = !whole;
        write(error, piece);
    }

    /// <summary>Times are UTC in one form, so their order is that of their bytes.</summary>
    private static bool Before(ReadOnlySpan<byte> time, string moment)
    {
        Span<byte> bytes = stackalloc byte[64];
        return time.SequenceCompareTo(bytes[..Encoding.ASCII.GetBytes(moment, bytes)]) < 0;
    }
}
