using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>Signals, and the children whose end they tell.</summary>
internal sealed partial class MonitorLoop
{
    private bool _exited;
    private child_siginfo _exit;
    private timespec _finishedAt;

    /// <summary>How the container's first process ended.</summary>
    public child_siginfo Exit => _exit;

    public timespec FinishedAt => _finishedAt;

    private void TakeSignals()
    {
        while (true)
        {
            nint signal = LinuxException.Check(Sys.ReadSignal(_signals.Number), "read", "signalfd");
            switch ((Signal)signal)
            {
                case 0:
                    return;
                case Signal.SIGCHLD:
                    Reap();
                    break;
                // There is no terminal to hang up; who sends this means some other program.
                case Signal.SIGHUP:
                    break;
                // An init system stops the monitor: its container is meant. The monitor ends when the container has.
                default:
                    Halt(SignalFlags.None);
                    SignalContainer((Signal)signal);
                    break;
            }
        }
    }

    // The pid is nobody else's: this process is its parent, has not reaped it, and reaps only here, on the same thread.
    private void SignalContainer(Signal signal)
    {
        if (!_exited)
            Sys.Kill(_container.Pid, signal);
    }

    // One SIGCHLD may stand for many children. Orphans of the container land here too when it shares our PID namespace.
    private void Reap()
    {
        while (Sys.Waitid(Sys.P_ALL, 0, out var child, Sys.WEXITED | Sys.WNOHANG | Sys.__WALL) >= 0 && child.si_pid != 0)
        {
            if (child.si_pid == _container.Pid)
            {
                _exited = true;
                _exit = child;
                _finishedAt = Sys.ClockGettime(Sys.CLOCK_REALTIME);
            }
            else
            {
                EndOfChild(child);
            }
        }
    }

    private bool _killedForMemory;

    public ExitStatus Status => new(_exit.ExitCode, _exit.Signal, _killedForMemory);
}
