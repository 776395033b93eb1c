namespace Sampan.Linux;

/// <summary>Takes one message of an answer: its type, and what follows its head.</summary>
public delegate void NetlinkHandler(NetlinkType type, ReadOnlySpan<byte> body);

/// <summary>
/// A socket of NETLINK_ROUTE. It belongs for good to the network namespace that its maker was in, wherever the maker goes later.
/// Source: netlink(7), rtnetlink(7).
/// </summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    private const int AF_NETLINK = 16, SOCK_RAW = 3, NETLINK_ROUTE = 0, SOL_NETLINK = 270, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11;
    private const int MSG_PEEK = 2, MSG_TRUNC = 0x20;
    private const int SOL_SOCKET = 1, SO_RCVTIMEO = 20;
    private const int Tries = 16, Patience = 10;

    private readonly SocketFd _socket;
    private byte[] _buffer = new byte[8192];
    private uint _sequence;

    /// <exception cref="LinuxException">No socket could be made.</exception>
    public NetlinkSocket()
    {
        _socket = new SocketFd((int)LinuxException.Check(Sys.Call(SyscallNumber.socket, AF_NETLINK, SOCK_RAW | Sys.SOCK_CLOEXEC, NETLINK_ROUTE), "socket", "NETLINK_ROUTE"));
        // Without them (before Linux 4.12) errors have no words.
        int on = 1;
        Sys.Call(SyscallNumber.setsockopt, _socket.Number, SOL_NETLINK, NETLINK_CAP_ACK, (nint)(&on), sizeof(int));
        Sys.Call(SyscallNumber.setsockopt, _socket.Number, SOL_NETLINK, NETLINK_EXT_ACK, (nint)(&on), sizeof(int));
        // The kernel answers at once, unless it had no memory for the answer: nobody waits for that forever. A struct timeval.
        long* patience = stackalloc long[2] { Patience, 0 };
        Sys.Call(SyscallNumber.setsockopt, _socket.Number, SOL_SOCKET, SO_RCVTIMEO, (nint)patience, 2 * sizeof(long));
    }

    /// <summary>Sends a request and reads to the end of what answers it.</summary>
    /// <param name="words">What is asked, for errors.</param>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public void Ask(NetlinkRequest request, string words, NetlinkHandler? handler = null)
    {
        if (!TryAsk(request, words, handler))
            throw new NetlinkException(Errno.ENOBUFS, words, "the answer is lost");
    }

    /// <summary>Sends a request that lists things, until the list is whole: what changes meanwhile makes the kernel say so, and begin again.</summary>
    /// <param name="begin">Called before each attempt: what came before counts for nothing.</param>
    /// <exception cref="NetlinkException">The kernel refuses, or the things never stop changing.</exception>
    public void List(NetlinkRequest request, string words, Action begin, NetlinkHandler handler)
    {
        for (int i = 0; i < Tries; i++)
        {
            begin();
            if (TryAsk(request, words, handler))
                return;
        }
        throw new NetlinkException(Errno.EAGAIN, words, "it changed each time it was read");
    }

    // False: part of the answer was lost, or does not go together. It is read to its end nevertheless: the socket is the next request's.
    private bool TryAsk(NetlinkRequest request, string words, NetlinkHandler? handler)
    {
        uint sequence = ++_sequence;
        Send(request.Finish(sequence), words);
        bool whole = true;
        while (true)
        {
            nint n = Receive(out var sender);
            if (n == -(nint)Errno.ENOBUFS)
            {
                // Of a list the rest still comes; the one answer to anything else may be what was lost.
                if (!request.Lists)
                    return false;
                whole = false;
                continue;
            }
            LinuxException.Check(n, "recvfrom", words);
            if (sender.nl_pid != 0)
                continue; // not from the kernel
            var messages = new NetlinkMessages(_buffer.AsSpan(0, (int)n));
            while (messages.Next())
            {
                if (messages.Head.nlmsg_seq != sequence)
                    continue;
                whole &= (messages.Flags & NetlinkFlags.NLM_F_DUMP_INTR) == 0 || messages.Type == NetlinkType.NLMSG_ERROR;
                switch (messages.Type)
                {
                    case NetlinkType.NLMSG_ERROR:
                    case NetlinkType.NLMSG_DONE:
                        return messages.Error == 0 ? whole : throw new NetlinkException(messages.Error, words, messages.Explanation);
                    case NetlinkType.NLMSG_NOOP:
                        break;
                    default:
                        handler?.Invoke(messages.Type, messages.Body);
                        break;
                }
            }
        }
    }

    private void Send(ReadOnlySpan<byte> message, string words)
    {
        var kernel = new sockaddr_nl { nl_family = AF_NETLINK };
        fixed (byte* p = message)
            LinuxException.Check(Sys.Retry(SyscallNumber.sendto, _socket.Number, (nint)p, message.Length, 0, (nint)(&kernel), sizeof(sockaddr_nl)), "sendto", words);
    }

    // A datagram that does not fit would be cut: its length is asked first. A link with hundreds of virtual functions has tens of kilobytes.
    private nint Receive(out sockaddr_nl sender)
    {
        nint length = Receive(MSG_PEEK | MSG_TRUNC, out sender);
        if (length < 0)
            return length;
        if (length > _buffer.Length)
            _buffer = new byte[length];
        return Receive(0, out sender);
    }

    private nint Receive(int flags, out sockaddr_nl sender)
    {
        sockaddr_nl from = default;
        int size = sizeof(sockaddr_nl);
        nint n;
        fixed (byte* p = _buffer)
            n = Sys.Retry(SyscallNumber.recvfrom, _socket.Number, (nint)p, _buffer.Length, flags, (nint)(&from), (nint)(&size));
        sender = from;
        return n;
    }

    public void Dispose() => _socket.Dispose();
}
