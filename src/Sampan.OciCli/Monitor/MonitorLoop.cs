using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>What an epoll event belongs to.</summary>
internal enum Source : uint
{
    Listener, Signals, StdOut, StdErr, StdIn, Client, Probe, Notify,
}

/// <summary>
/// The monitor's life while its container runs: one thread that waits for any of its fds and does what has become possible. Nothing here blocks, and
/// nothing allocates for a chunk of data.
/// </summary>
internal sealed partial class MonitorLoop
{
    /// <summary>After this long in peace the monitor sheds what launching has dirtied (milliseconds).</summary>
    private const int SlimmingDelay = 1000;

    private readonly MonitorOptions _options;
    private readonly MonitoredContainer _container;
    private readonly EpollFd _epoll = EpollFd.Create();
    private readonly SignalFd _signals = SignalFd.Open(MonitorConventions.HandledSignals);
    private readonly epoll_event[] _events = new epoll_event[16];
    private readonly int _listener;
    private readonly IContainerLauncher _launcher;
    private Action<MonitorLoop>? _slim;
    private bool _resumed;
    private bool _worked;

    public MonitorLoop(MonitorOptions options, MonitoredContainer container, int listener, ContainerLog? log, IContainerLauncher launcher)
    {
        (_options, _container, _listener, _launcher) = (options, container, listener, launcher);
        _log = log;
        for (int i = 0; i < _clients.Length; i++)
            _clients[i].Fd = -1;
        Watch(Source.Listener, listener);
        Watch(Source.Signals, _signals.Number);
    }

    /// <summary>Until the container has ended and everything it wrote is delivered.</summary>
    /// <param name="slim">Called when the monitor has nothing to do and has not been resumed; does not return when it succeeds.</param>
    public void Run(Action<MonitorLoop> slim)
    {
        _slim = slim;
        Reap();
        OpenOutputs();
        StartClock();
        StartNotify();
        while (true)
        {
            int rest = RestDelay(), due = UntilDue(), timeout = due >= 0 && (rest < 0 || due < rest) ? due : rest;
            int n = (int)LinuxException.Check(Sys.EpollWait(_epoll.Number, _events, timeout), "epoll_wait");
            for (int i = 0; i < n; i++)
                Dispatch((Source)(_events[i].data >> 32), (int)(uint)_events[i].data, _events[i].events);
            LetGoOfStalled();
            if (due >= 0)
                DoDue();
            if (_exited)
            {
                if (Drained())
                    return;
                RecordEnd();
                Clear();
            }
            else if (n == 0 && timeout == rest && timeout > 0)
            {
                Rest();
            }
            else if (n > 0)
            {
                _worked = true;
            }
        }
    }

    public MonitoredContainer Container => _container;

    public int ListenerFd => _listener;

    public int LogFd => _log?.Fd ?? -1;

    public bool StdOutOpen => _outOpen;

    public bool StdErrOpen => _errOpen;

    /// <summary>This image of the process has taken over from an earlier one.</summary>
    public void MarkResumed() => _resumed = true;

    private int RestDelay()
    {
        if (_exited && !_waiting)
            return 0;
        if (_stallable > 0)
            return 1000;
        return !_exited && (_worked || !_resumed) ? SlimmingDelay : -1;
    }

    private void Rest()
    {
        if (_waiting || _stdInLength > 0 || _spawned > 0 || _probe is not null)
            return;
        if (!_resumed && !AnyMidFrame())
        {
            _log?.Settle();
            _slim!(this);
        }
        // Whether it succeeded or not, it is not tried again.
        _resumed = true;
        _worked = false;
        _log?.Trim();
        TrimChunks();
    }

    private void Dispatch(Source source, int index, EpollEvents events)
    {
        switch (source)
        {
            case Source.Listener:
                AcceptAll();
                break;
            case Source.Signals:
                TakeSignals();
                break;
            case Source.StdOut or Source.StdErr:
                // An earlier event of the same round may have stopped the reading.
                if (!_waiting)
                    ReadOutput(source == Source.StdErr);
                break;
            case Source.StdIn:
                FlushStdIn();
                break;
            case Source.Client:
                OnClient(index, events);
                break;
            case Source.Notify:
                PassNotification();
                break;
            case Source.Probe:
                ReadProbe();
                break;
        }
    }

    private void Watch(Source source, int fd, EpollEvents events = EpollEvents.EPOLLIN, int index = 0)
        => LinuxException.Check(Sys.EpollCtl(_epoll.Number, Sys.EPOLL_CTL_ADD, fd, events, ((ulong)source << 32) | (uint)index), "epoll_ctl");

    private void Unwatch(int fd) => Sys.EpollCtl(_epoll.Number, Sys.EPOLL_CTL_DEL, fd, EpollEvents.None, 0);
}
