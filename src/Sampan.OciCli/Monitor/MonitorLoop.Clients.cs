using System.Buffers.Binary;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>The connections and what they say.</summary>
internal sealed partial class MonitorLoop
{
    /// <summary>More connections are turned away: each costs an fd, and a broken client must not use them up.</summary>
    private const int MaxClients = 256;

    /// <summary>A client other than the foreground one that takes nothing for this long, in milliseconds, is let go.</summary>
    private const int StallLimit = 30_000;

    private Client[] _clients = new Client[4];

    /// <summary>Waiting clients that <see cref="StallLimit"/> applies to.</summary>
    private int _stallable;

    /// <summary>Takes over a connected socket.</summary>
    /// <returns>Its index, or -1: too many.</returns>
    public int Add(int fd, AttachFlags flags = AttachFlags.None, bool greeted = false)
    {
        int index = FreeClient();
        if (index < 0)
        {
            Sys.Call(SyscallNumber.close, fd);
            return -1;
        }
        _clients[index] = new Client { Fd = fd, Flags = flags, Greeted = greeted, Sent = -1 };
        UpdateInterest(index);
        return index;
    }

    /// <summary>Reads what client <paramref name="index"/> has sent already: its greeting must count before the first output.</summary>
    public void ReadNow(int index) => OnClient(index, EpollEvents.EPOLLIN);

    public ReadOnlySpan<Client> Clients => _clients;

    private int FreeClient()
    {
        for (int i = 0; i < _clients.Length; i++)
        {
            if (_clients[i].Fd < 0)
                return i;
        }
        int length = _clients.Length;
        if (length >= MaxClients)
            return -1;
        Array.Resize(ref _clients, length * 2);
        for (int i = length; i < _clients.Length; i++)
            _clients[i].Fd = -1;
        return length;
    }

    private void AcceptAll()
    {
        nint fd;
        while ((fd = Sys.Accept(_listener)) >= 0)
            Add((int)fd);
    }

    private void UpdateInterest(int index)
    {
        ref var client = ref _clients[index];
        var want = EpollEvents.None;
        if (!(_stdInBlocked && client.Has(AttachFlags.StdIn)))
            want |= EpollEvents.EPOLLIN;
        if (client.Waiting)
            want |= EpollEvents.EPOLLOUT;
        // With nothing to wait for it is taken out: a hung-up socket reports that even when nothing is asked.
        int operation = want == 0 ? Sys.EPOLL_CTL_DEL : client.Registered ? Sys.EPOLL_CTL_MOD : Sys.EPOLL_CTL_ADD;
        if (want == 0 && !client.Registered)
            return;
        Sys.EpollCtl(_epoll.Number, operation, client.Fd, want, ((ulong)Source.Client << 32) | (uint)index);
        client.Registered = want != 0;
    }

    private void OnClient(int index, EpollEvents events)
    {
        int fd = _clients[index].Fd;
        if (fd >= 0 && (events & EpollEvents.EPOLLOUT) != 0 && _clients[index].Waiting)
            SendChunk(index);
        bool readable = (events & (EpollEvents.EPOLLIN | EpollEvents.EPOLLHUP | EpollEvents.EPOLLERR)) != 0;
        while (readable && _clients[index].Fd == fd && fd >= 0)
        {
            if (_stdInBlocked && _clients[index].Has(AttachFlags.StdIn))
            {
                if ((events & (EpollEvents.EPOLLHUP | EpollEvents.EPOLLERR)) != 0)
                    Leave(index);
                return;
            }
            nint n = Receive(ref _clients[index]);
            if (n == -(nint)Errno.EAGAIN)
                return;
            if (n <= 0)
            {
                Leave(index);
                return;
            }
            ref var client = ref _clients[index];
            if (client.HeadLength == Frame.HeadSize && client.PayloadGot == client.PayloadLength)
            {
                client.HeadLength = 0;
                Handle(index, (FrameType)client.Head[0]);
            }
        }
    }

    /// <summary>Receives the next part of a frame.</summary>
    /// <returns>recv's result; -EPROTO for what is no frame.</returns>
    private nint Receive(ref Client client)
    {
        if (client.HeadLength < Frame.HeadSize)
        {
            nint n = Sys.Recv(client.Fd, ((Span<byte>)client.Head)[client.HeadLength..], Sys.MSG_DONTWAIT);
            if (n <= 0 || (client.HeadLength += (int)n) < Frame.HeadSize)
                return n;
            if (!Frame.TryReadHead(client.Head, out var type, out client.PayloadLength) || client.PayloadLength > LimitOf(type))
                return -(nint)Errno.EINVAL;
            client.PayloadGot = 0;
            client.Large = type is FrameType.Spawn or FrameType.Policy ? new byte[client.PayloadLength] : null;
            return n;
        }
        if ((FrameType)client.Head[0] == FrameType.StdIn)
            return ReceiveStdIn(ref client);
        var payload = (client.Large is null ? (Span<byte>)client.Small : client.Large)[client.PayloadGot..client.PayloadLength];
        nint got = Sys.Recv(client.Fd, payload, Sys.MSG_DONTWAIT);
        if (got > 0)
            client.PayloadGot += (int)got;
        return got;
    }

    private static int LimitOf(FrameType type) => type is FrameType.StdIn or FrameType.Spawn ? Frame.MaxLength : type == FrameType.Policy ? 64 : 16;

    private void Handle(int index, FrameType type)
    {
        ref var client = ref _clients[index];
        ReadOnlySpan<byte> payload = client.Large ?? ((ReadOnlySpan<byte>)client.Small)[..Math.Min(client.PayloadLength, 16)];
        if (type == FrameType.Hello && payload.Length == 2 && !client.Greeted)
        {
            if (payload[0] != Frame.Version)
            {
                Refuse(index, "the monitor was started by another version of sampan");
                return;
            }
            (client.Greeted, client.Flags) = (true, (AttachFlags)payload[1]);
            return;
        }
        if (!client.Greeted)
        {
            Refuse(index, "the first frame must be a greeting");
            return;
        }
        switch (type)
        {
            case FrameType.StdIn:
                break;
            case FrameType.StdInClose:
                EndStdIn();
                break;
            case FrameType.Resize when payload.Length == 4 && _container.Terminal:
                Sys.SetWindowSize(_container.Pty, new winsize
                {
                    ws_row = BinaryPrimitives.ReadUInt16LittleEndian(payload),
                    ws_col = BinaryPrimitives.ReadUInt16LittleEndian(payload[2..]),
                });
                break;
            case FrameType.Signal when payload.Length is 1 or 2:
                TakeSignalFrame(index, (Signal)payload[0], payload.Length == 2 ? (SignalFlags)payload[1] : SignalFlags.None);
                break;
            case FrameType.Policy:
                ChangePolicy(index, payload);
                client.Large = null;
                break;
            case FrameType.Detach:
                Drop(index);
                break;
            case FrameType.Removed:
                client.Removed = true;
                break;
            case FrameType.Spawn:
                Spawn(index, payload);
                client.Large = null;
                break;
        }
    }

    private void TakeSignalFrame(int index, Signal signal, SignalFlags flags)
    {
        if ((flags & SignalFlags.Halt) != 0)
            Halt(flags);
        if (signal != 0)
            SignalContainer(signal);
        if ((flags & SignalFlags.Acknowledge) != 0)
            Acknowledge(index);
    }

    private void ChangePolicy(int index, ReadOnlySpan<byte> text)
    {
        try
        {
            _options.ChangeRestart(System.Text.Encoding.UTF8.GetString(text));
            StartClock();
            Acknowledge(index);
        }
        catch (SampanException e)
        {
            Refuse(index, e.Message);
        }
    }

    private void Acknowledge(int index)
    {
        Span<byte> frame = stackalloc byte[Frame.HeadSize];
        Frame.Write(frame, FrameType.Done);
        Sys.Send(_clients[index].Fd, frame, Sys.MSG_DONTWAIT);
    }

    private void Refuse(int index, string why)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(why);
        byte[] frame = new byte[Frame.HeadSize + text.Length];
        Frame.Write(frame, FrameType.Error, text);
        Sys.Send(_clients[index].Fd, frame, Sys.MSG_DONTWAIT);
        Drop(index);
    }

    /// <summary>The connection ended without a word.</summary>
    private void Leave(int index)
    {
        bool fed = _clients[index].Has(AttachFlags.StdIn);
        Drop(index);
        if (fed)
            EndStdIn();
    }

    private void Drop(int index)
    {
        ref var client = ref _clients[index];
        int fd = client.Fd;
        client.Fd = -1;
        client.Large = null;
        bool waited = client.Waiting;
        // Closing takes it out of the epoll set.
        Sys.Call(SyscallNumber.close, fd);
        if (waited)
            Taken(ref client);
    }

    private void LetGoOfStalled()
    {
        _stallable = 0;
        if (!_waiting)
            return;
        long now = Sys.MonotonicMilliseconds();
        for (int i = 0; i < _clients.Length; i++)
        {
            ref var client = ref _clients[i];
            if (client.Fd < 0 || !client.Waiting || client.Has(AttachFlags.Foreground))
                continue;
            if (now - client.LastTaken > StallLimit)
                Drop(i);
            else
                _stallable++;
        }
    }

    private bool AnyMidFrame()
    {
        foreach (ref readonly var client in Clients)
        {
            if (client.Fd >= 0 && client.HeadLength > 0)
                return true;
        }
        return false;
    }
}
