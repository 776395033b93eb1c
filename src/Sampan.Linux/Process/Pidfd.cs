namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/pidfd_open.2.html">pidfd_open(2)</see>; always close-on-exec.</summary>
    public static nint PidfdOpen(int pid) => Call(SyscallNumber.pidfd_open, pid);

    /// <summary><see href="https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html">pidfd_send_signal(2)</see>.</summary>
    public static nint PidfdSendSignal(int pidfd, Signal signal) => Call(SyscallNumber.pidfd_send_signal, pidfd, (nint)signal);

    /// <summary><see href="https://man7.org/linux/man-pages/man2/pidfd_getfd.2.html">pidfd_getfd(2)</see>: a copy of another's descriptor; always close-on-exec.</summary>
    public static nint PidfdGetfd(int pidfd, int number) => Call(SyscallNumber.pidfd_getfd, pidfd, number);

    /// <summary><see href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</see>: for one's own unreaped children; another's pid may be someone else by now.</summary>
    public static nint Kill(int pid, Signal signal) => Call(SyscallNumber.kill, pid, (nint)signal);

    public static int Getpid() => (int)Call(SyscallNumber.getpid);
}
