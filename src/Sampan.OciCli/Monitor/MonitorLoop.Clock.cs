using Sampan.Linux;

namespace Sampan.OciCli.Monitor;

/// <summary>What is to be done at a certain time. A container for which nothing of the kind was asked costs not even a look at the clock.</summary>
internal sealed partial class MonitorLoop
{
    private const long Never = long.MaxValue;

    /// <summary>When the container, which was asked to end, is killed; monotonic milliseconds.</summary>
    private long _killAt = Never;
    private bool _timedOut;

    /// <summary>When it has run for as long as it may, and is killed.</summary>
    private long _limitAt = Never;

    /// <summary>When the container was launched, monotonic milliseconds; 0 where nobody wants to know.</summary>
    private long _since;

    /// <summary>What a handover passes on of this and of the restarts, as numbers.</summary>
    public long[] Notes
    {
        get => [_since, _killAt, _limitAt, _healthDue, _toldReady ? 1 : 0, _restartWanted ? 1 : 0, _timedOut ? 1 : 0, _halted ? 1 : 0, _haltedByUser ? 1 : 0, Restarts.Count, Restarts.Delay];
        set
        {
            (_since, _killAt, _limitAt, _healthDue) = (value[0], value[1], value[2], value[3]);
            (_toldReady, _restartWanted, _timedOut, _halted, _haltedByUser) = (value[4] != 0, value[5] != 0, value[6] != 0, value[7] != 0, value[8] != 0);
            Restarts = ((int)value[9], (int)value[10]);
        }
    }

    private bool NeedsClock => _options.Restart.Kind != 0 || _options.RunLimit > 0 || _options.Health is not null;

    private void StartClock()
    {
        if (!NeedsClock)
            return;
        if (_since == 0)
        {
            _since = Sys.MonotonicMilliseconds();
            if (_options.RunLimit > 0)
                _limitAt = _since + _options.RunLimit * 1000L;
        }
        if (_health is null)
            StartHealth();
    }

    private long NextDue => Math.Min(Math.Min(_killAt, _limitAt), _healthDue);

    /// <summary>Milliseconds; -1: nothing is waited for.</summary>
    private int UntilDue()
        => _exited || NextDue == Never ? -1 : (int)Math.Clamp(NextDue - Sys.MonotonicMilliseconds(), 0, int.MaxValue);

    private void DoDue()
    {
        long now = Sys.MonotonicMilliseconds();
        if (now >= _healthDue)
            DoHealth(now);
        _timedOut |= now >= _limitAt;
        if (now < Math.Min(_killAt, _limitAt))
            return;
        (_killAt, _limitAt) = (Never, Never);
        SignalContainer(Signal.SIGKILL);
    }
}
