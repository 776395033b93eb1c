namespace Sampan.Linux;

/// <summary>Signal numbers, spelled as in <see href="https://man7.org/linux/man-pages/man7/signal.7.html">signal(7)</see>; x86-64 values.</summary>
public enum Signal
{
    SIGHUP = 1, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV, SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGSTKFLT,
    SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, SIGURG, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGPWR, SIGSYS,
    SIGRTMIN = 34, SIGRTMAX = 64,
}

/// <summary>A set of signals as the kernel keeps it: bit <c>n - 1</c> for signal <c>n</c>.</summary>
public readonly record struct SignalSet(ulong Bits)
{
    public static SignalSet Of(params ReadOnlySpan<Signal> signals)
    {
        ulong bits = 0;
        foreach (var signal in signals)
            bits |= 1UL << ((int)signal - 1);
        return new SignalSet(bits);
    }

    public bool Contains(Signal signal) => (Bits & (1UL << ((int)signal - 1))) != 0;

    public bool ContainsAll(SignalSet other) => (Bits & other.Bits) == other.Bits;

    public static SignalSet operator |(SignalSet a, SignalSet b) => new(a.Bits | b.Bits);
}
