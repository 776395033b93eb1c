using System.Runtime.InteropServices;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>
/// The container's output. There is one chunk at a time: it goes to the log and to every client that wants the stream, and the next is read when all
/// have taken it. A slow client so holds the container back as a full pipe would; memory stays flat whatever it writes.
/// </summary>
internal sealed unsafe partial class MonitorLoop
{
    private const int ChunkSize = 64 << 10;

    // The frame's head stands right before the data: what is read goes out again without a copy.
    private readonly byte* _chunk = (byte*)NativeMemory.AlignedAlloc(ChunkSize + 4096, 4096);
    private readonly ContainerLog? _log;
    private int _chunkLength;
    private bool _outOpen;
    private bool _errOpen;
    private bool _watchingOutputs;

    /// <summary>Some client has not taken the whole chunk yet; how many there are.</summary>
    private bool _waiting => _waitingClients > 0;
    private int _waitingClients;

    // A pty's slave, kept open: when the last program in the container closes its terminal and another opens it again, the master must not have hung up.
    private int _ptyPeer = -1;

    private void OpenOutputs()
    {
        if (_container.Terminal)
            _ptyPeer = (int)Sys.OpenPtyPeer(_container.Pty);
        _outOpen = _container.StdOut >= 0;
        _errOpen = _container.StdErr >= 0;
        WatchOutputs();
    }

    private void WatchOutputs()
    {
        if (_watchingOutputs || _waiting)
            return;
        _watchingOutputs = true;
        if (_outOpen)
            Watch(Source.StdOut, _container.StdOut);
        if (_errOpen)
            Watch(Source.StdErr, _container.StdErr);
    }

    // Removed rather than masked: a pipe whose writer has gone reports that even when nothing is asked.
    private void UnwatchOutputs()
    {
        if (!_watchingOutputs)
            return;
        _watchingOutputs = false;
        if (_outOpen)
            Unwatch(_container.StdOut);
        if (_errOpen)
            Unwatch(_container.StdErr);
    }

    /// <returns>Whether there was something to read, or may be next time.</returns>
    private bool ReadOutput(bool standardError)
    {
        if (!(standardError ? _errOpen : _outOpen))
            return false;
        int fd = standardError ? _container.StdErr : _container.StdOut;
        nint n = Sys.Retry(SyscallNumber.read, fd, (nint)(_chunk + Frame.HeadSize), ChunkSize);
        if (n == -(nint)Errno.EAGAIN)
            return false;
        if (n <= 0)
        {
            CloseOutput(standardError);
            return false;
        }
        _log?.Write(standardError, new ReadOnlySpan<byte>(_chunk + Frame.HeadSize, (int)n), Sys.ClockGettime(Sys.CLOCK_REALTIME));
        Frame.WriteHead(new Span<byte>(_chunk, Frame.HeadSize), standardError ? FrameType.StdErr : FrameType.StdOut, (int)n);
        _chunkLength = Frame.HeadSize + (int)n;
        Broadcast(standardError ? AttachFlags.StdErr : AttachFlags.StdOut);
        return true;
    }

    private void CloseOutput(bool standardError)
    {
        int fd = standardError ? _container.StdErr : _container.StdOut;
        if (_watchingOutputs)
            Unwatch(fd);
        if (!standardError && _container.Terminal)
        {
            if (!_exited && ReopenPeer())
                return;
            // The pty itself stays: a resize may still come.
            _outOpen = false;
            return;
        }
        Sys.Call(SyscallNumber.close, fd);
        if (standardError)
            _errOpen = false;
        else
            _outOpen = false;
    }

    // The terminal was hung up (vhangup(2), as login programs do): a fresh slave revives the master.
    private bool ReopenPeer()
    {
        if (_ptyPeer >= 0)
            Sys.Call(SyscallNumber.close, _ptyPeer);
        _ptyPeer = (int)Sys.OpenPtyPeer(_container.Pty);
        if (_ptyPeer < 0)
            return false;
        if (_watchingOutputs)
            Watch(Source.StdOut, _container.StdOut);
        return true;
    }

    private void Broadcast(AttachFlags stream)
    {
        for (int i = 0; i < _clients.Length; i++)
        {
            ref var client = ref _clients[i];
            if (client.Fd < 0 || !client.Has(stream))
                continue;
            client.Sent = 0;
            _waitingClients++;
            SendChunk(i);
        }
        if (_waiting)
            UnwatchOutputs();
    }

    /// <summary>Sends client <paramref name="index"/> what it takes of the rest of the chunk.</summary>
    private void SendChunk(int index)
    {
        ref var client = ref _clients[index];
        while (client.Sent < _chunkLength)
        {
            nint n = Sys.Send(client.Fd, new ReadOnlySpan<byte>(_chunk + client.Sent, _chunkLength - client.Sent), Sys.MSG_DONTWAIT);
            if (n == -(nint)Errno.EAGAIN)
            {
                if (client.LastTaken == 0)
                    client.LastTaken = Sys.MonotonicMilliseconds();
                UpdateInterest(index);
                return;
            }
            if (n < 0)
            {
                Drop(index);
                return;
            }
            client.Sent += (int)n;
            client.LastTaken = Sys.MonotonicMilliseconds();
        }
        Taken(ref client);
        UpdateInterest(index);
    }

    private void Taken(ref Client client)
    {
        client.Sent = -1;
        client.LastTaken = 0;
        if (--_waitingClients == 0)
            WatchOutputs();
    }

    // With its first process the PID namespace has ended, so all there will ever be is in the pipes already. Without one, a process left behind
    // may hold them open for ever: what it writes later belongs to nobody.
    private bool Drained()
    {
        while (!_waiting)
        {
            bool more = ReadOutput(false);
            if (!_waiting)
                more |= ReadOutput(true);
            if (!more)
                return true;
        }
        return false;
    }

    private void TrimChunks()
    {
        Sys.Call(SyscallNumber.madvise, (nint)_chunk, ChunkSize + 4096, 4);
        Sys.Call(SyscallNumber.madvise, (nint)_stdIn, StdInSize, 4);
    }
}
