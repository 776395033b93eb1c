using System.Text;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>One <c>criu swrk</c>: serves one request over a socketpair, one message of images/rpc.proto a datagram, and ends.</summary>
internal sealed class CriuProcess : IDisposable
{
    /// <summary>The number that the socket has in CRIU; other descriptors given to it follow.</summary>
    public const int Socket = 3, FirstExtra = 4;

    private const int LongestAnswer = 64 << 10;

    private readonly SocketFd _socket;
    private readonly FileFd _complaints;
    private bool _reaped;

    /// <param name="stdio">What CRIU's descriptors 0 to 2 are, which a restored process can be given; null: nothing to read, and what it writes is kept for messages.</param>
    /// <param name="extra">Descriptors from <see cref="FirstExtra"/>.</param>
    public CriuProcess(string program, int[]? stdio = null, params ReadOnlySpan<int> extra)
    {
        _complaints = MemoryFile.Create("criu");
        var (ours, theirs) = UnixSocket.Pair(Sys.SOCK_SEQPACKET);
        _socket = ours;
        using (theirs)
        {
            try
            {
                Pid = PosixSpawn.Start(program, ["criu", "swrk", $"{Socket}"], new SpawnOptions
                {
                    Fds = [.. stdio ?? [-1, _complaints.Number, _complaints.Number], theirs.Number, .. extra],
                });
            }
            catch
            {
                _reaped = true;
                Dispose();
                throw;
            }
        }
    }

    public int Pid { get; }

    public void Send(byte[] message) => LinuxException.Check(Sys.Send(_socket.Number, message), "send", "to criu");

    /// <param name="descriptor">What came along with the message: a pty's master. The caller's to close.</param>
    /// <returns>Null: CRIU has ended without an answer.</returns>
    public CriuResponse? Receive(out FileFd? descriptor)
    {
        byte[] buffer = new byte[LongestAnswer];
        Span<int> descriptors = stackalloc int[1];
        nint n = ScmRights.Receive(_socket.Number, buffer, descriptors, out int count);
        descriptor = count > 0 ? new FileFd(descriptors[0]) : null;
        if (n == 0 || n == -(nint)Errno.ECONNRESET)
            return null;
        return CriuResponse.Parse(buffer.AsSpan(0, (int)LinuxException.Check(n, "recvmsg", "from criu")));
    }

    /// <summary>What CRIU wrote to its standard output and error before it had a log.</summary>
    public string Complaints
    {
        get
        {
            byte[] text = new byte[16 << 10];
            nint n = Sys.Pread(_complaints.Number, text, 0);
            return n <= 0 ? "" : Encoding.UTF8.GetString(text, 0, (int)n);
        }
    }

    /// <summary>Lets it end, and reaps it: without a partner it gives up whatever it is at.</summary>
    public void End()
    {
        if (_reaped)
            return;
        _socket.Dispose();
        Sys.Waitid(Sys.P_PID, Pid, out _, Sys.WEXITED);
        _reaped = true;
    }

    public void Dispose()
    {
        End();
        _socket.Dispose();
        _complaints.Dispose();
    }
}
