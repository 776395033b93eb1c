using System.Runtime.InteropServices;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>The container's standard input: one chunk at a time as well. While it is not taken, no client that feeds it is read.</summary>
internal sealed unsafe partial class MonitorLoop
{
    private const int StdInSize = 32 << 10;

    private readonly byte* _stdIn = (byte*)NativeMemory.AlignedAlloc(StdInSize, 4096);
    private int _stdInStart;
    private int _stdInLength;
    private bool _stdInEnding;

    /// <summary>Receives a part of a StdIn frame and passes it on.</summary>
    /// <returns>recv's result: 0 is the end, negative an errno.</returns>
    private nint ReceiveStdIn(ref Client client)
    {
        int want = Math.Min(client.PayloadLength - client.PayloadGot, StdInSize);
        nint n = Sys.Recv(client.Fd, new Span<byte>(_stdIn, want), Sys.MSG_DONTWAIT);
        if (n <= 0)
            return n;
        client.PayloadGot += (int)n;
        // What comes after the container closed its input is read and dropped, so that control frames behind it get through.
        if (_container.StdIn < 0 || !client.Has(AttachFlags.StdIn))
            return n;
        (_stdInStart, _stdInLength) = (0, (int)n);
        FlushStdIn();
        return n;
    }

    private void FlushStdIn()
    {
        bool waited = _stdInStart > 0 || _stdInBlocked;
        while (_stdInLength > 0)
        {
            nint n = Sys.Retry(SyscallNumber.write, _container.StdIn, (nint)(_stdIn + _stdInStart), _stdInLength);
            if (n == -(nint)Errno.EAGAIN)
            {
                BlockStdIn(true);
                return;
            }
            if (n < 0)
            {
                CloseStdIn();
                return;
            }
            _stdInStart += (int)n;
            _stdInLength -= (int)n;
        }
        if (waited)
            BlockStdIn(false);
        if (_stdInEnding)
            CloseStdIn();
    }

    private bool _stdInBlocked;

    private void BlockStdIn(bool blocked)
    {
        if (blocked == _stdInBlocked)
            return;
        _stdInBlocked = blocked;
        if (blocked)
            Watch(Source.StdIn, _container.StdIn, EpollEvents.EPOLLOUT);
        else
            Unwatch(_container.StdIn);
        for (int i = 0; i < _clients.Length; i++)
        {
            if (_clients[i].Fd >= 0 && _clients[i].Has(AttachFlags.StdIn))
                UpdateInterest(i);
        }
    }

    /// <summary>A client's input ended: so does the container's, if it was meant for one client.</summary>
    private void EndStdIn()
    {
        if (!_options.StdInOnce || _container.Terminal || _container.StdIn < 0)
            return;
        if (_stdInLength > 0)
            _stdInEnding = true;
        else
            CloseStdIn();
    }

    private void CloseStdIn()
    {
        BlockStdIn(false);
        _stdInLength = 0;
        Sys.Call(SyscallNumber.close, _container.StdIn);
        _container.StdIn = -1;
    }
}
