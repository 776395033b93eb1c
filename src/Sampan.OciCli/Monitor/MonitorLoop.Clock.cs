using Sampan.Linux;

namespace Sampan.OciCli.Monitor;

/// <summary>What is to be done at a certain time. A container for which nothing of the kind was asked costs not even a look at the clock.</summary>
internal sealed partial class MonitorLoop
{
    private const long Never = long.MaxValue;

    /// <summary>When the container has run long enough and is killed, monotonic milliseconds.</summary>
    private long _killAt = Never;
    private bool _timedOut;

    /// <summary>When the container was launched, monotonic milliseconds; 0 where nobody wants to know.</summary>
    private long _since;

    /// <summary>What a handover passes on of this and of the restarts, as numbers.</summary>
    public long[] Notes
    {
        get => [_since, _killAt, _timedOut ? 1 : 0, _halted ? 1 : 0, _haltedByUser ? 1 : 0, Restarts.Count, Restarts.Delay];
        set
        {
            (_since, _killAt, _timedOut, _halted, _haltedByUser) = (value[0], value[1], value[2] != 0, value[3] != 0, value[4] != 0);
            Restarts = ((int)value[5], (int)value[6]);
        }
    }

    private bool NeedsClock => _options.Restart.Kind != 0 || _options.RunLimit > 0;

    private void StartClock()
    {
        if (_since > 0 || !NeedsClock)
            return;
        _since = Sys.MonotonicMilliseconds();
        if (_options.RunLimit > 0)
            _killAt = _since + _options.RunLimit * 1000L;
    }

    private long NextDue => _killAt;

    /// <summary>Milliseconds; -1: nothing is waited for.</summary>
    private int UntilDue()
        => _exited || NextDue == Never ? -1 : (int)Math.Clamp(NextDue - Sys.MonotonicMilliseconds(), 0, int.MaxValue);

    private void DoDue()
    {
        long now = Sys.MonotonicMilliseconds();
        if (now < _killAt)
            return;
        _killAt = Never;
        _timedOut = true;
        SignalContainer(Signal.SIGKILL);
    }
}
