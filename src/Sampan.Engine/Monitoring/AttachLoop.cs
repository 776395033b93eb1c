using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Monitoring;

/// <summary>A client's loop: poll(2) over our streams, the monitor's socket and a signalfd.</summary>
internal sealed class AttachLoop : IDisposable
{
    private const int In = 0, Socket = 1, Signals = 2, Out = 3;

    private static readonly SignalSet Terminating = SignalSet.Of(Signal.SIGHUP, Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTERM);

    /// <summary>What a program may be sent for a reason of its user's. Stopping and job control stay with the client.</summary>
    private static readonly SignalSet Forwarded = Terminating | SignalSet.Of(Signal.SIGUSR1, Signal.SIGUSR2, Signal.SIGALRM);

    private static readonly SignalSet Window = SignalSet.Of(Signal.SIGWINCH, Signal.SIGCONT);

    /// <summary>What the loop reads instead of being interrupted by it.</summary>
    public static SignalSet SignalsOf(bool terminal) => terminal ? Forwarded | Window : Forwarded;

    private readonly MonitorSession _session;
    private readonly AttachOptions _options;
    private readonly AttachInput _input;
    private readonly AttachOutput _output;
    private readonly SignalFd _signals;
    private RawTerminal? _raw;

    public AttachLoop(MonitorSession session, SocketFd socket, AttachOptions options)
    {
        (_session, _options) = (session, options);
        bool feeds = (session.Flags & AttachFlags.StdIn) != 0 && options.StdIn >= 0;
        if (options.Terminal && feeds && !Sys.IsTerminal(options.StdIn))
            throw new SampanException(ErrorKind.InvalidArgument, "the input device is not a TTY");
        _input = new AttachInput(socket, feeds ? options.StdIn : -1, options.Terminal ? options.DetachKeys : DetachKeys.Parse(""));
        _output = new AttachOutput(socket, options.StdOut, options.StdErr);
        var set = SignalsOf(options.Terminal);
        SignalMask.BlockEverywhere(set);
        _signals = SignalFd.Open(set);
    }

    public AttachResult Run()
    {
        if (_options.Terminal)
        {
            if (_input.Open)
                _raw = new RawTerminal(_options.StdIn);
            PassWindowSize((ushort)(_options.Redraw ? 1 : 0));
            if (_options.Redraw)
                PassWindowSize();
        }
        Span<pollfd> fds = stackalloc pollfd[4];
        fds[Signals] = new pollfd { fd = _signals.Number, events = PollEvents.POLLIN };
        while (true)
        {
            fds[In] = new pollfd { fd = _input.WantsToRead ? _options.StdIn : -1, events = PollEvents.POLLIN };
            fds[Socket] = new pollfd
            {
                fd = _output.Pending && !_input.Pending ? -1 : _input.SocketNumber,
                events = (_output.Pending ? 0 : PollEvents.POLLIN) | (_input.Pending ? PollEvents.POLLOUT : 0),
            };
            fds[Out] = new pollfd { fd = _output.Pending ? _output.TargetFd : -1, events = PollEvents.POLLOUT };
            LinuxException.Check(Sys.Poll(fds, -1), "ppoll");
            if (fds[Signals].revents != 0 && TakeSignals() is { } interrupted)
                return interrupted;
            if (fds[Out].revents != 0 && !_output.Flush())
                return new AttachResult(AttachEnd.OutputClosed);
            if (fds[Socket].Is(PollEvents.POLLOUT))
                _input.Flush();
            if (fds[Socket].Is(PollEvents.POLLIN | PollEvents.POLLHUP | PollEvents.POLLERR) && !_output.Pending && Receive() is { } ended)
                return ended;
            if (fds[In].revents != 0 && _input.Read())
            {
                _input.Detach();
                return new AttachResult(AttachEnd.Detached);
            }
        }
    }

    private AttachResult? Receive() => _output.Receive() switch
    {
        AttachOutput.Event.Exit => new AttachResult(AttachEnd.Exited, _output.Exit),
        AttachOutput.Event.Lost => new AttachResult(AttachEnd.Lost),
        AttachOutput.Event.OutputClosed => new AttachResult(AttachEnd.OutputClosed),
        _ => null,
    };

    private AttachResult? TakeSignals()
    {
        while (true)
        {
            var signal = (Signal)LinuxException.Check(Sys.ReadSignal(_signals.Number), "read", "signalfd");
            if (signal == 0)
                return null;
            if (signal is Signal.SIGWINCH)
                PassWindowSize();
            else if (signal is Signal.SIGCONT)
                Continue();
            // Our terminal has vanished: the container's is another one, and stays.
            else if (signal is Signal.SIGHUP && _options.Terminal)
                return new AttachResult(AttachEnd.Interrupted, Signal: signal);
            else if (_options.SignalProxy)
                Forward(signal);
            else if (Terminating.Contains(signal))
                return new AttachResult(AttachEnd.Interrupted, Signal: signal);
        }
    }

    private void Continue()
    {
        _raw?.Enter();
        PassWindowSize();
    }

    /// <param name="more">Rows that are not there.</param>
    private void PassWindowSize(ushort more = 0)
    {
        if ((Sys.GetWindowSize(_options.StdOut, out var size) < 0 && Sys.GetWindowSize(_options.StdIn, out size) < 0) || size.ws_row == 0)
            return;
        size.ws_row += more;
        ToContainer(() => MonitorClient.Resize(_session.RunDirectory, size));
    }

    private void Forward(Signal signal) => ToContainer(() => MonitorClient.Kill(_session.RunDirectory, signal));

    // It may have ended just now: its exit is on the way to us.
    private static void ToContainer(Action send)
    {
        try
        {
            send();
        }
        catch (SampanException e) when (e.Kind == ErrorKind.Conflict || e is LinuxException { Errno: Errno.EPIPE or Errno.ECONNRESET })
        {
        }
    }

    public void Dispose()
    {
        _raw?.Dispose();
        _output.Dispose();
        _signals.Dispose();
    }
}
