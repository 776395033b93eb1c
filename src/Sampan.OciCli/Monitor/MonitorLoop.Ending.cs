using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>What is done once the container has ended.</summary>
internal sealed partial class MonitorLoop
{
    private ExitRecord? _record;
    private bool _cleared;
    private string? _failure;

    /// <summary>Writes exit.json, the first time. Never throws: a monitor that died here would leave its clients waiting.</summary>
    public void RecordEnd()
    {
        if (_record is not null)
            return;
        _log?.Settle();
        _failure = Attempt(() => _killedForMemory = _launcher.OomKilled(_options));
        _record = new ExitRecord
        {
            ExitCode = _exit.ExitCode,
            Signal = _exit.Signal,
            OomKilled = _killedForMemory,
            StartedAt = Rfc3339.Format(_container.StartedAt),
            FinishedAt = Rfc3339.Format(_finishedAt),
            Error = _log is { Failure: not Errno.None } ? $"write {_options.Log.Path ?? "to the journal"}: {_log.Failure.Describe()}" : null,
        };
        if (_timedOut)
            _record.Error = Join(_record.Error, $"killed: it ran for longer than {_options.RunLimit} seconds (--timeout)");
        DecideRestart(_record);
        _failure = Join(_failure, Attempt(() => _record.Write(_options.Bundle, durable: !WaitsForRemoval())));
        _failure = Join(_failure, Attempt(() => MonitorEvents.Ended(_options, _record, _container.StartedAt, _finishedAt)));
    }

    /// <summary>Deletes the OCI container, the first time, after <see cref="RecordEnd"/>: the end must be known even when the clearing fails.</summary>
    public void Clear()
    {
        if (_cleared)
            return;
        _cleared = true;
        _failure = Join(_failure, Attempt(() => _launcher.Delete(_options)));
        if (_failure is null)
            return;
        _record!.Error = Join(_record.Error, _failure);
        Attempt(() => _record.Write(_options.Bundle, durable: false));
    }

    /// <summary>Tells the exit to clients that have not heard of it.</summary>
    /// <param name="removersOnly">To those alone that remove the container: they can begin while we clear up, on another processor.</param>
    public void TellExit(bool removersOnly)
    {
        Span<byte> frame = stackalloc byte[Frame.HeadSize + 6];
        Frame.WriteExit(frame, Status);
        for (int i = 0; i < _clients.Length; i++)
        {
            if (_clients[i].Fd >= 0 && !_clients[i].Greeted)
                ReadNow(i);
            if (_clients[i].Fd < 0 || _clients[i].Told || removersOnly && !_clients[i].Has(AttachFlags.WillRemove))
                continue;
            _clients[i].Told = true;
            SendExit(i, frame);
        }
    }

    /// <summary>Waits for the clients that remove the container.</summary>
    /// <returns>Whether one of them said it did.</returns>
    public bool AwaitRemoval()
    {
        bool removed = false;
        while (WaitsForRemoval())
        {
            int n = (int)LinuxException.Check(Sys.EpollWait(_epoll.Number, _events, -1), "epoll_wait");
            for (int i = 0; i < n; i++)
            {
                if ((Source)(_events[i].data >> 32) == Source.Client)
                    OnClient((int)(uint)_events[i].data, _events[i].events);
            }
            foreach (ref readonly var client in Clients)
                removed |= client.Removed;
            if (removed)
                return true;
        }
        return false;
    }

    // A reader that pauses (a pager) has its buffer full; the foreground one may take its time, others have had theirs.
    private void SendExit(int index, ReadOnlySpan<byte> frame)
    {
        ref var client = ref _clients[index];
        nint n = Sys.Send(client.Fd, frame, Sys.MSG_DONTWAIT);
        if (n == -(nint)Errno.EAGAIN)
        {
            Span<pollfd> writable = [new pollfd { fd = client.Fd, events = PollEvents.POLLOUT }];
            Sys.Poll(writable, client.Has(AttachFlags.Foreground) ? -1 : StallLimit);
            n = Sys.Send(client.Fd, frame, Sys.MSG_DONTWAIT);
        }
        if (n < 0)
            Drop(index);
    }

    private bool WaitsForRemoval()
    {
        foreach (ref readonly var client in Clients)
        {
            if (client.Fd >= 0 && client.Has(AttachFlags.WillRemove))
                return true;
        }
        return false;
    }

    private static string? Join(string? a, string? b) => a is null ? b : b is null ? a : $"{a}; {b}";

    private static string? Attempt(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is SampanException or Oci.OciFormatException)
        {
            return e.Message;
        }
    }
}
