using System.Globalization;
using System.Text;

using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Hands out the records of log files, one file after another. Joining their texts gives back what the container wrote.</summary>
/// <param name="details">Stands before each line; empty: nothing does.</param>
internal sealed class LogReader(LogFormat format, LogRequest request, LogPiece write, string details = "")
{
    private readonly string? _since = Text(request.Since);
    private readonly string? _until = Text(request.Until);
    private readonly byte[] _details = Encoding.UTF8.GetBytes(details);
    private byte[] _buffer = new byte[32 << 10];
    private FileFd? _file;
    private string _path = "";
    private int _length;
    private long _position;
    private bool _midLineOut, _midLineErr;

    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);

    /// <summary>Goes on with another file. A record without its newline at the end of the last was never finished, for the monitor writes whole records.</summary>
    public void Open(FileFd file, string path, long from = 0) => (_file, _path, _position, _length) = (file, path, from, 0);

    /// <summary>Hands out every whole record up to the end of the file.</summary>
    public void Read()
    {
        while (true)
        {
            if (_length == _buffer.Length)
                Array.Resize(ref _buffer, _buffer.Length * 2);
            int n = (int)LinuxException.Check(Sys.Pread(_file!.Number, _buffer.AsSpan(_length), _position), "read", _path);
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

    private void Record(ReadOnlySpan<byte> line)
    {
        if (!format.TryRead(line, out var record))
            return;
        if ((_since is not null && Before(record.Time, _since)) || (_until is not null && !Before(record.Time, _until)))
            return;
        ref bool midLine = ref record.StandardError ? ref _midLineErr : ref _midLineOut;
        Span<byte> end = record.Whole ? [(byte)'\n'] : [];
        byte[] piece = midLine ? [.. record.Text, .. end]
            : request.Timestamps ? [.. record.Time, (byte)' ', .. _details, .. record.Text, .. end]
            : [.. _details, .. record.Text, .. end];
        midLine = !record.Whole;
        write(record.StandardError, piece);
    }

    /// <summary>Times are UTC in one form, so their order is that of their bytes.</summary>
    private static bool Before(ReadOnlySpan<byte> time, string moment)
    {
        Span<byte> bytes = stackalloc byte[64];
        return time.SequenceCompareTo(bytes[..Encoding.ASCII.GetBytes(moment, bytes)]) < 0;
    }
}
