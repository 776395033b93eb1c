using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>
/// Sends output to the journal of systemd, an entry a line, in the
/// <see href="https://systemd.io/JOURNAL_NATIVE_PROTOCOL/">native protocol</see>: a datagram of fields. The fields are those of
/// <see href="https://docs.docker.com/engine/logging/drivers/journald/">Docker's driver</see>: MESSAGE, PRIORITY, CONTAINER_NAME and so on.
/// </summary>
/// <remarks>A line longer than 16 KiB is several entries, and all but the last say CONTAINER_PARTIAL_MESSAGE=true, as with Docker.</remarks>
public sealed unsafe class JournalLog : ContainerLog
{
    public const string Socket = "/run/systemd/journal/socket";

    private const int LongestLine = 16 << 10;

    /// <summary>PRIORITY: LOG_INFO and LOG_ERR of syslog(3).</summary>
    private const string Out = "PRIORITY=6\n", Err = "PRIORITY=3\n";

    private readonly byte[][] _heads;
    private readonly byte* _entry;
    private readonly int _room;
    private readonly byte* _held = (byte*)NativeMemory.Alloc(2 * LongestLine);
    private readonly int[] _heldLength = new int[2];
    private int _fd;

    /// <param name="fields">Of each entry, a line each.</param>
    public JournalLog(int fd, string fields)
    {
        _fd = fd;
        _heads = [Encoding.UTF8.GetBytes(fields + Out), Encoding.UTF8.GetBytes(fields + Err)];
        _room = _heads[0].Length + LongestLine + 128;
        _entry = (byte*)NativeMemory.Alloc((nuint)_room);
    }

    public override int Fd => _fd;

    /// <exception cref="LinuxException">Nobody keeps a journal here.</exception>
    internal static int Connect()
    {
        var socket = UnixSocket.ConnectDatagrams(Socket);
        int fd = socket.Number;
        socket.SetHandleAsInvalid();
        return fd;
    }

    public override void Write(bool standardError, ReadOnlySpan<byte> chunk, timespec now)
    {
        int stream = standardError ? 1 : 0;
        while (chunk.Length > 0)
        {
            int newline = chunk.IndexOf((byte)'\n');
            var line = newline < 0 ? chunk : chunk[..newline];
            chunk = newline < 0 ? default : chunk[(newline + 1)..];
            while (line.Length > LongestLine - _heldLength[stream])
            {
                int part = LongestLine - _heldLength[stream];
                Hold(stream, line[..part]);
                line = line[part..];
                Send(stream, partial: true);
            }
            Hold(stream, line);
            if (newline >= 0)
                Send(stream, partial: false);
        }
    }

    public override void Settle()
    {
        for (int stream = 0; stream < 2; stream++)
        {
            if (_heldLength[stream] > 0)
                Send(stream, partial: true);
        }
    }

    private void Hold(int stream, ReadOnlySpan<byte> text)
    {
        text.CopyTo(new Span<byte>(_held + stream * LongestLine + _heldLength[stream], text.Length));
        _heldLength[stream] += text.Length;
    }

    private void Send(int stream, bool partial)
    {
        var entry = new Span<byte>(_entry, _room);
        int length = 0;
        Put(entry, ref length, _heads[stream]);
        if (partial)
            Put(entry, ref length, "CONTAINER_PARTIAL_MESSAGE=true\n"u8);
        var text = new ReadOnlySpan<byte>(_held + stream * LongestLine, _heldLength[stream]);
        _heldLength[stream] = 0;
        // With its length before it: text may hold anything.
        Put(entry, ref length, "MESSAGE\n"u8);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[length..], (ulong)text.Length);
        length += 8;
        Put(entry, ref length, text);
        Put(entry, ref length, "\n"u8);
        // Waits where the journal is slow, as Docker's does.
        nint n = Sys.Send(_fd, entry[..length]);
        if (n == -(nint)Errno.ECONNREFUSED || n == -(nint)Errno.ENOTCONN)
            n = Again(entry[..length], n);
        Failed(n);
    }

    // The journal was started anew.
    private nint Again(ReadOnlySpan<byte> entry, nint failure)
    {
        try
        {
            int fd = Connect();
            Sys.Call(SyscallNumber.close, _fd);
            _fd = fd;
            return Sys.Send(_fd, entry);
        }
        catch (LinuxException)
        {
            return failure;
        }
    }

    private static void Put(Span<byte> entry, ref int length, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(entry[length..]);
        length += bytes.Length;
    }
}
