using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Runtime;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>
/// A monitor that has launched its container executes itself again, in the same process: what launching has dirtied (the parsed specification, the plan,
/// the code that made them) is gone, and an idle monitor costs little more than an empty program. Children, locks, fds and the blocked signals stay;
/// the fds' numbers travel in the argument <c>--resume</c>.
/// </summary>
internal static class Handover
{
    /// <summary>Executes this program again. Returns only when that failed, and then everything is as before.</summary>
    public static void Execute(MonitorOptions options, MonitorLoop loop, int lockFd)
    {
        var c = loop.Container;
        List<int> fds = [c.Pty, c.StdIn, loop.StdOutOpen ? c.StdOut : -1, loop.StdErrOpen ? c.StdErr : -1, c.Notify?.Numbers.Container ?? -1, c.Notify?.Numbers.Host ?? -1, lockFd, loop.ListenerFd, loop.LogFd];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{c.Pid},{(c.Terminal ? 1 : 0)},{c.StartedAt.tv_sec},{c.StartedAt.tv_nsec}");
        foreach (int fd in fds)
            text.Append(CultureInfo.InvariantCulture, $",{fd}");
        foreach (long note in loop.Notes)
            text.Append(CultureInfo.InvariantCulture, $",{note}");
        AddClients(loop, text, fds);
        Replace(options, "--resume", text.ToString(), fds);
    }

    /// <summary>Executes this program again to launch the container once more, from the beginning. Returns only when that failed.</summary>
    public static void ExecuteAgain(MonitorOptions options, MonitorLoop loop, int lockFd)
    {
        List<int> fds = [lockFd, loop.ListenerFd];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{lockFd},{loop.ListenerFd},{loop.Restarts.Count},{loop.Restarts.Delay}");
        AddClients(loop, text, fds);
        Replace(options, "--again", text.ToString(), fds);
    }

    private static void AddClients(MonitorLoop loop, StringBuilder text, List<int> fds)
    {
        foreach (ref readonly var client in loop.Clients)
        {
            // One whose frame has come in part is let go: only of a monitor that restarts its container.
            if (client.Fd < 0 || client.HeadLength > 0)
                continue;
            fds.Add(client.Fd);
            text.Append(CultureInfo.InvariantCulture, $",{client.Fd},{(client.Greeted ? (int)client.Flags : -1)}");
        }
    }

    private static void Replace(MonitorOptions options, string flag, string state, List<int> fds)
    {
        List<string> argv = [.. options.Lasting];
        argv.InsertRange(2, [flag, state]);
        foreach (int fd in fds)
            Sys.SetCloseOnExec(fd, false);
        Sys.Execve("/proc/self/exe", argv);
        foreach (int fd in fds)
            Sys.SetCloseOnExec(fd, true);
    }

    /// <summary>Takes over from the image of the process that executed this one.</summary>
    public static (MonitorLoop Loop, int LockFd) TakeOver(MonitorOptions options, IContainerLauncher launcher)
    {
        var numbers = new Numbers(options.Resume);
        var container = new MonitoredContainer
        {
            Pid = (int)numbers.Next(),
            Terminal = numbers.Next() != 0,
            StartedAt = new timespec { tv_sec = numbers.Next(), tv_nsec = numbers.Next() },
            Pty = NextFd(ref numbers),
            StdIn = NextFd(ref numbers),
            StdOut = NextFd(ref numbers),
            StdErr = NextFd(ref numbers),
        };
        int notify = NextFd(ref numbers), host = NextFd(ref numbers);
        container.Notify = notify < 0 ? null : NotifySocket.Adopt(notify, host);
        int lockFd = NextFd(ref numbers), listener = NextFd(ref numbers), log = NextFd(ref numbers);
        var loop = new MonitorLoop(options, container, listener, ContainerLog.Of(options.Log, log), launcher);
        loop.MarkResumed();
        long[] notes = loop.Notes;
        for (int i = 0; i < notes.Length; i++)
            notes[i] = numbers.Next();
        loop.Notes = notes;
        TakeClients(ref numbers, loop);
        return (loop, lockFd);
    }

    /// <summary>What <see cref="ExecuteAgain"/> handed over: the container is to be launched by <paramref name="launch"/>.</summary>
    public static (MonitorLoop Loop, int LockFd) Again(MonitorOptions options, Func<int, MonitorLoop> launch)
    {
        var numbers = new Numbers(options.Again);
        int lockFd = NextFd(ref numbers), listener = NextFd(ref numbers);
        var restarts = ((int)numbers.Next(), (int)numbers.Next());
        var loop = launch(listener);
        loop.Restarts = restarts;
        TakeClients(ref numbers, loop);
        return (loop, lockFd);
    }

    private static void TakeClients(ref Numbers numbers, MonitorLoop loop)
    {
        while (numbers.More)
        {
            int fd = NextFd(ref numbers);
            long flags = numbers.Next();
            loop.Add(fd, flags < 0 ? AttachFlags.None : (AttachFlags)flags, greeted: flags >= 0);
        }
    }

    private static int NextFd(ref Numbers numbers)
    {
        int fd = (int)numbers.Next();
        if (fd >= 0)
            Sys.SetCloseOnExec(fd, true);
        return fd;
    }

    private ref struct Numbers(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _rest = text;

        public readonly bool More => _rest.Length > 0;

        public long Next()
        {
            int comma = _rest.IndexOf(',');
            var number = comma < 0 ? _rest : _rest[..comma];
            _rest = comma < 0 ? default : _rest[(comma + 1)..];
            return long.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }
    }
}
