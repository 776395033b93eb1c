using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli.Monitor;

/// <summary>The running container as its monitor holds it. Fds are ours, close-on-exec and not blocking; -1 where there is none.</summary>
internal sealed class MonitoredContainer
{
    public int Pid;
    public bool Terminal;

    /// <summary>The pty's master; only when <see cref="Terminal"/>.</summary>
    public int Pty = -1;

    /// <summary>The writing end of its standard input, or a second fd of the pty.</summary>
    public int StdIn = -1;

    /// <summary>The reading end of its standard output, or the pty.</summary>
    public int StdOut = -1;

    public int StdErr = -1;
    public timespec StartedAt;

    /// <summary>On which its program tells how it is; null: it does not.</summary>
    public NotifySocket? Notify;
}
