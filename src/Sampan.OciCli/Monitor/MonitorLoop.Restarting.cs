using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>What the restart policy makes of the container's end.</summary>
internal sealed partial class MonitorLoop
{
    /// <summary>Nothing is started any more: somebody wants the container to end, or us.</summary>
    private bool _halted;
    private bool _haltedByUser;

    /// <summary>Whatever the policy: the container is unhealthy, and is to be started again for that.</summary>
    private bool _restartWanted;

    /// <summary>How often the policy has started the container again, and how long the last wait was, in milliseconds.</summary>
    public (int Count, int Delay) Restarts { get; set; }

    /// <summary>Whether the container has ended and is to be started again.</summary>
    public bool IsRestarting => _record is { Restarting: true };

    private void Halt(SignalFlags flags)
    {
        _halted = true;
        _haltedByUser |= (flags & SignalFlags.ByUser) != 0;
    }

    private void DecideRestart(ExitRecord record)
    {
        record.StoppedByUser = _haltedByUser;
        record.RestartCount = Restarts.Count;
        if (_halted || !(_restartWanted || _options.Restart.Restarts(record.ExitCode, Restarts.Count)))
            return;
        long ran = _since == 0 ? 0 : Sys.MonotonicMilliseconds() - _since;
        Restarts = (Restarts.Count + 1, RestartPolicy.NextDelay(Restarts.Delay, ran));
        (record.RestartCount, record.Restarting) = (Restarts.Count, true);
    }

    /// <summary>Waits until it is time to start again. Clients are heard meanwhile.</summary>
    /// <returns>False: it is not to be started any more, and exit.json says so.</returns>
    public bool AwaitRestart()
    {
        UnwatchOutputs();
        for (int i = 0; i < _clients.Length; i++)
        {
            if (_clients[i].Fd >= 0)
                Drop(i);
        }
        long until = Sys.MonotonicMilliseconds() + Restarts.Delay, left;
        while (!_halted && (_restartWanted || _options.Restart.Kind != RestartKind.No))
        {
            if ((left = until - Sys.MonotonicMilliseconds()) <= 0)
                return true;
            int n = (int)LinuxException.Check(Sys.EpollWait(_epoll.Number, _events, (int)left), "epoll_wait");
            for (int i = 0; i < n; i++)
                Dispatch((Source)(_events[i].data >> 32), (int)(uint)_events[i].data, _events[i].events);
        }
        _record!.StoppedByUser = _haltedByUser;
        EndRestarting();
        return false;
    }

    /// <summary>The container could not be started again.</summary>
    public void GiveUp(string why)
    {
        _record!.Error = Join(_record.Error, why);
        EndRestarting();
    }

    private void EndRestarting()
    {
        _record!.Restarting = false;
        Attempt(() => _record.Write(_options.Bundle, durable: true));
    }
}
