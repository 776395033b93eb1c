using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>
/// Waits for a launched process as if it were the caller's own program: signals are passed on, and its terminal is tied to ours.
/// </summary>
internal sealed class Foreground
{
    private const int Process = 0, Signals = 1, Input = 2, Terminal = 3, Notify = 4;

    private readonly LaunchedProcess _process;
    private readonly FileFd? _terminal;
    private readonly pollfd[] _poll = new pollfd[5];
    private readonly byte[] _output, _pending;
    private int _pendingLength;

    private Foreground(LaunchedProcess process, FileFd? terminal)
    {
        (_process, _terminal) = (process, terminal);
        (_output, _pending) = terminal is null ? ([], []) : (new byte[32 << 10], new byte[4 << 10]);
    }

    // What is about our own process, not the container's.
    private static readonly SignalSet Forwarded = new(ulong.MaxValue & ~SignalSet.Of(Signal.SIGKILL, Signal.SIGSTOP, Signal.SIGSEGV, Signal.SIGFPE, Signal.SIGBUS, Signal.SIGILL,
        Signal.SIGTRAP, Signal.SIGABRT, Signal.SIGPIPE, Signal.SIGURG, Signal.SIGTTOU, Signal.SIGTTIN).Bits & (1UL << 31) - 1);

    /// <returns>The exit code: the program's own, or 128 + the signal that ended it.</returns>
    /// <param name="passTerminal">Whether the process' terminal, if it has one, is ours to tie to stdin and stdout.</param>
    /// <param name="plain">Whether that terminal's lines end with a line feed alone, so that it is for ours to begin the next one at the left.</param>
    public static int Wait(LaunchedProcess process, bool passTerminal, bool plain = true)
    {
        var terminal = passTerminal ? process.Terminal : null;
        using var raw = terminal is not null && Sys.IsTerminal(0) ? new RawTerminal(0, keepOutput: plain) : null;
        SignalMask.BlockEverywhere(Forwarded);
        using var signals = SignalFd.Open(Forwarded);
        var wait = new Foreground(process, terminal);
        wait.Resize();
        raw?.Enter();
        wait.Loop(signals);
        LinuxException.Check(Sys.Waitid(Sys.P_PIDFD, process.PidFd.Number, out var info, Sys.WEXITED | Sys.__WALL), "waitid");
        return info.ExitCode;
    }

    /// <summary>Gives a new terminal the size of ours from the start: a program may ask for it before any resize arrives.</summary>
    public static void TakeSize(Oci.Process process)
    {
        if (process.ConsoleSize is null && Sys.GetWindowSize(0, out var size) >= 0)
            process.ConsoleSize = new Oci.ConsoleSize { Height = size.ws_row, Width = size.ws_col };
    }

    private void Loop(SignalFd signals)
    {
        if (_terminal is not null)
            LinuxException.Check(Sys.Call(SyscallNumber.fcntl, _terminal.Number, 4, 0x802), "fcntl"); // F_SETFL, O_RDWR | O_NONBLOCK
        _poll[Process] = new pollfd { fd = _process.PidFd.Number, events = PollEvents.POLLIN };
        _poll[Signals] = new pollfd { fd = signals.Number, events = PollEvents.POLLIN };
        _poll[Input] = new pollfd { fd = _terminal is null ? -1 : 0, events = PollEvents.POLLIN };
        _poll[Terminal] = new pollfd { fd = _terminal?.Number ?? -1, events = PollEvents.POLLIN };
        _poll[Notify] = new pollfd { fd = _process.Notify?.Number ?? -1, events = PollEvents.POLLIN };
        while (true)
        {
            // Input is taken only when what came before has been passed on: the program's pace is ours.
            _poll[Input].events = _pendingLength == 0 ? PollEvents.POLLIN : PollEvents.None;
            _poll[Terminal].events = _pendingLength == 0 ? PollEvents.POLLIN : PollEvents.POLLIN | PollEvents.POLLOUT;
            LinuxException.Check(Sys.Poll(_poll, -1), "poll");
            if (_poll[Signals].revents != 0)
                Pass((Signal)Sys.ReadSignal(signals.Number));
            if (_poll[Terminal].Is(PollEvents.POLLOUT))
                Flush();
            if (_poll[Terminal].Is(PollEvents.POLLIN | PollEvents.POLLHUP | PollEvents.POLLERR))
                Drain();
            if (_poll[Input].revents != 0)
                TakeInput();
            // We are the process that was started, and whose end is the container's.
            if (_poll[Notify].revents != 0)
                _process.Notify!.Forward(Environment.ProcessId);
            if (_poll[Process].revents == 0)
                continue;
            Drain();
            return;
        }
    }

    private void Pass(Signal signal)
    {
        if (signal == Signal.SIGWINCH)
            Resize();
        else if (signal != Signal.SIGCHLD && signal > 0)
            Sys.PidfdSendSignal(_process.PidFd.Number, signal);
    }

    private void Resize()
    {
        if (_terminal is not null && Sys.GetWindowSize(0, out var size) >= 0)
            Sys.SetWindowSize(_terminal.Number, size);
    }

    private void TakeInput()
    {
        nint n = Sys.Read(0, _pending);
        if (n <= 0)
        {
            // The end of our input is the end of a line's input for the program: VEOF, as a terminal has it.
            _poll[Input].fd = -1;
            _pending[0] = 4;
            n = 1;
        }
        _pendingLength = (int)n;
        Flush();
    }

    private void Flush()
    {
        nint n = Sys.Write(_terminal!.Number, _pending.AsSpan(0, _pendingLength));
        if (n == -(nint)Errno.EAGAIN)
            return;
        if (n < 0)
            n = _pendingLength; // nobody reads any more
        _pending.AsSpan((int)n, _pendingLength - (int)n).CopyTo(_pending);
        _pendingLength -= (int)n;
    }

    // EIO is how a pty says that its last slave is closed.
    private void Drain()
    {
        while (_terminal is not null)
        {
            nint n = Sys.Read(_terminal.Number, _output);
            if (n == -(nint)Errno.EAGAIN)
                return;
            if (n <= 0)
            {
                _poll[Terminal].fd = -1;
                return;
            }
            Sys.WriteAll(1, _output.AsSpan(0, (int)n));
        }
    }
}
