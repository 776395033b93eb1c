using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>What a monitor and those that start it or look for it agree on.</summary>
public static class MonitorConventions
{
    /// <summary>In the run directory: held by flock(2) while the monitor lives.</summary>
    public const string LockName = "monitor.lock";

    /// <summary>In the run directory: where clients connect.</summary>
    public const string SocketName = "attach.sock";

    /// <summary>Signals the monitor reads from a signalfd; each must be blocked in every thread.</summary>
    public static readonly SignalSet HandledSignals = SignalSet.Of(Signal.SIGCHLD, Signal.SIGTERM, Signal.SIGINT, Signal.SIGQUIT, Signal.SIGHUP);

    /// <summary>Those, and what would otherwise end it: a reader that went away, a stray user signal. It is to be started with them blocked.</summary>
    public static readonly SignalSet BlockedSignals = HandledSignals | SignalSet.Of(Signal.SIGPIPE, Signal.SIGUSR1, Signal.SIGUSR2, Signal.SIGALRM, Signal.SIGTSTP);
}
