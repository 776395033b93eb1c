using System.Buffers.Binary;
using System.Globalization;
using System.Text;

using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>
/// Reads a container's output back from the journal of systemd: <c>journalctl -o export</c>, whose
/// <see href="https://systemd.io/JOURNAL_EXPORT_FORMATS/">format</see> is one of fields, like the protocol they came by. The files of the journal itself are
/// systemd's own affair.
/// </summary>
internal sealed class JournalReader(LogRequest request, LogPiece write, string details)
{
    private readonly byte[] _details = Encoding.UTF8.GetBytes(details);
    private readonly List<Entry> _entries = [];
    private byte[] _buffer = new byte[64 << 10];
    private int _length;
    private bool _midLineOut, _midLineErr;

    private readonly record struct Entry(string Time, bool StandardError, bool Whole, byte[] Text);

    /// <summary>Starts journalctl.</summary>
    /// <returns>Its pid, and what it prints.</returns>
    /// <exception cref="SampanException">There is none on this host.</exception>
    public static (int Pid, PipeFd Output) Start(string id, LogRequest request)
    {
        string program = HostProgram.Find("journalctl")
            ?? throw new SampanException(ErrorKind.Unsupported, "reading logs of the driver journald needs the program journalctl, which is not on this host");
        List<string> arguments = ["journalctl", "--output=export", "--no-pager", "--quiet", $"CONTAINER_ID_FULL={id}"];
        if (request.Since is { } since)
            arguments.Add($"--since=@{Seconds(since)}");
        if (request.Until is { } until)
            arguments.Add($"--until=@{Seconds(until)}");
        if (request.Follow)
            arguments.AddRange(["--follow", "--no-tail"]);
        var (reader, writer) = Pipe.Create();
        using (writer)
            return (PosixSpawn.Start(program, arguments, new SpawnOptions { Fds = [-1, writer.Number, 2] }), reader);
    }

    /// <summary>Takes what is there to read, and hands out entries as they are complete, or keeps the last of them when only those are wanted.</summary>
    /// <returns>False at the end.</returns>
    public bool Read(PipeFd output)
    {
        if (_length == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        int n = (int)LinuxException.Check(Sys.Read(output.Number, _buffer.AsSpan(_length)), "read", "journalctl");
        _length += n;
        int done = 0;
        while (TryTake(_buffer.AsSpan(done, _length - done), out var entry, out int length))
        {
            done += length;
            if (entry is { } some)
                Take(some);
        }
        _buffer.AsSpan(done, _length - done).CopyTo(_buffer);
        _length -= done;
        return n > 0;
    }

    /// <summary>All there was has come: hands out the lines from the end that are wanted.</summary>
    public void Finish()
    {
        if (request.Tail is not { } wanted || request.Follow)
            return;
        int first = _entries.Count;
        long lines = 0;
        for (; first > 0; first--)
            if ((_entries[first - 1].Whole || first == _entries.Count) && ++lines > wanted)
                break;
        foreach (var entry in _entries[first..])
            Write(entry);
    }

    private void Take(Entry entry)
    {
        if (request is { Tail: not null, Follow: false })
            _entries.Add(entry);
        else
            Write(entry);
    }

    private void Write(Entry entry)
    {
        ref bool midLine = ref entry.StandardError ? ref _midLineErr : ref _midLineOut;
        byte[] head = midLine ? [] : request.Timestamps ? [.. Encoding.ASCII.GetBytes(entry.Time + " "), .. _details] : _details;
        midLine = !entry.Whole;
        write(entry.StandardError, [.. head, .. entry.Text, .. entry.Whole ? "\n"u8 : default]);
    }

    /// <summary>One entry: fields, a line each, and an empty line. A field whose value may hold anything has its length before it.</summary>
    private static bool TryTake(ReadOnlySpan<byte> text, out Entry? entry, out int length)
    {
        entry = null;
        length = 0;
        string time = "";
        bool error = false, whole = true;
        byte[]? message = null;
        while (true)
        {
            var rest = text[length..];
            int line = rest.IndexOf((byte)'\n');
            if (line < 0)
                return false;
            if (line == 0)
            {
                length++;
                entry = message is null ? null : new Entry(time, error, whole, message);
                return true;
            }
            int equals = rest[..line].IndexOf((byte)'=');
            var name = rest[..(equals < 0 ? line : equals)];
            var value = equals < 0 ? default : rest[(equals + 1)..line];
            length += line + 1;
            if (equals < 0)
            {
                rest = text[length..];
                if (rest.Length < sizeof(long))
                    return false;
                long size = BinaryPrimitives.ReadInt64LittleEndian(rest);
                if (rest.Length < sizeof(long) + size + 1)
                    return false;
                value = rest.Slice(sizeof(long), (int)size);
                length += sizeof(long) + (int)size + 1;
            }
            if (name.SequenceEqual("MESSAGE"u8))
                message = value.ToArray();
            else if (name.SequenceEqual("PRIORITY"u8))
                error = value.SequenceEqual("3"u8);
            else if (name.SequenceEqual("CONTAINER_PARTIAL_MESSAGE"u8))
                whole = !value.SequenceEqual("true"u8);
            else if (name.SequenceEqual("__REALTIME_TIMESTAMP"u8))
                time = Time(value);
        }
    }

    // Microseconds since 1970.
    private static string Time(ReadOnlySpan<byte> value)
    {
        _ = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long time);
        return Rfc3339.Format(new timespec { tv_sec = time / 1_000_000, tv_nsec = time % 1_000_000 * 1000 });
    }

    private static string Seconds(DateTimeOffset time) => (time.ToUnixTimeMilliseconds() / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}
