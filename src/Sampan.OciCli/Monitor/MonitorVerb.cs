using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>What the monitor needs of the runtime.</summary>
internal interface IContainerLauncher
{
    /// <summary>Makes the container of <paramref name="options"/> and starts it; its program runs on return.</summary>
    MonitoredContainer Launch(MonitorOptions options);

    /// <summary>Whether the kernel killed something in the container for lack of memory. Before <see cref="Delete"/>.</summary>
    bool OomKilled(MonitorOptions options);

    /// <summary>Clears away the ended container: leftover processes, cgroup, state, hooks.</summary>
    void Delete(MonitorOptions options);
}

/// <summary>
/// <c>sampan-runtime monitor</c>: starts a container and stays as its parent until it ends. It keeps the log, passes data between the container and any
/// number of clients, records the exit and clears up. Described in docs/monitor.md.
/// </summary>
internal static class MonitorVerb
{
    /// <returns>The exit code of the process; what matters is told by the ready pipe and exit.json.</returns>
    public static int Run(ReadOnlySpan<string> args, IContainerLauncher launcher)
    {
        var options = MonitorOptions.Parse(args);
        if (!SignalMask.Current.ContainsAll(MonitorConventions.BlockedSignals))
            return ExecuteMasked(args);
        if (options.Resume is not null)
            return Resume(options, launcher);
        if (options.Again is not null)
            return StartAgain(options, launcher);
        try
        {
            return Start(options, launcher);
        }
        catch (Exception e) when (options.ReadyFd >= 0)
        {
            var kind = e is SampanException failure ? failure.Kind : ErrorKind.System;
            Tell(options.ReadyFd, ReadyMessage.Failed(kind, e.Message));
            return 1;
        }
    }

    private static int Start(MonitorOptions options, IContainerLauncher launcher)
    {
        options.ReadyFd = Inherit(options.ReadyFd);
        options.AttachFd = Inherit(options.AttachFd);
        // Fails when we lead one already, as the engine started us.
        Sys.Call(SyscallNumber.setsid);
        Sys.SetThreadName("sampan-monitor");
        LinuxException.Check(Sys.BecomeSubreaper(), "prctl PR_SET_CHILD_SUBREAPER");
        using var root = new CString("/");
        LinuxException.Check(Sys.Call(SyscallNumber.chdir, root), "chdir", "/");

        if (!MayGo(options))
            return 1;
        int lockFd = TakeLock(options);
        string socketPath = $"{options.RunDirectory}/{MonitorConventions.SocketName}";
        // Of a monitor that was killed; its lock was free.
        Sys.Unlinkat(At.AT_FDCWD, socketPath);
        int listener = Number(UnixSocket.Listen(options.RunDirectory, MonitorConventions.SocketName));
        try
        {
            var loop = Launch(options, listener, launcher);
            Tell(options.ReadyFd, ReadyMessage.Started(loop.Container.Pid));
            // Closed, and its number may be another file's soon.
            options.ReadyFd = -1;
            if (options.AttachFd >= 0)
                loop.ReadNow(loop.Add(options.AttachFd));
            return Stay(options, loop, lockFd);
        }
        catch
        {
            Sys.Unlinkat(At.AT_FDCWD, socketPath);
            throw;
        }
    }

    private static MonitorLoop Launch(MonitorOptions options, int listener, IContainerLauncher launcher)
    {
        var log = ContainerLog.Open(options.Log);
        var loop = NewLoop(options, launcher.Launch(options), listener, log, launcher);
        MonitorEvents.Started(options);
        return loop;
    }

    /// <summary>The container has ended, and its policy has it started again: as before, but for those who would wait for word.</summary>
    private static int StartAgain(MonitorOptions options, IContainerLauncher launcher)
    {
        Sys.SetThreadName("sampan-monitor");
        try
        {
            var (loop, lockFd) = Handover.Again(options, listener => Launch(options, listener, launcher));
            return Stay(options, loop, lockFd);
        }
        catch (Exception e) when (e is SampanException or Oci.OciFormatException)
        {
            var record = ExitRecord.Read(options.Bundle) ?? new ExitRecord();
            (record.Restarting, record.Error) = (false, $"it could not be started again: {e.Message}");
            record.ExitCode = e is SampanException { Kind: ErrorKind.CommandNotFound } ? 127 : e is SampanException { Kind: ErrorKind.CannotInvoke } ? 126 : 125;
            record.FinishedAt = Rfc3339.Format(Sys.ClockGettime(Sys.CLOCK_REALTIME));
            record.Write(options.Bundle, durable: true);
            Sys.Unlinkat(At.AT_FDCWD, $"{options.RunDirectory}/{MonitorConventions.SocketName}");
            return 1;
        }
    }

    private static MonitorLoop NewLoop(MonitorOptions options, MonitoredContainer container, int listener, ContainerLog? log, IContainerLauncher launcher)
    {
        try
        {
            return new MonitorLoop(options, container, listener, log, launcher);
        }
        catch
        {
            // Out of descriptors, perhaps. The client will hear that nothing was started, so nothing may be left running.
            launcher.Delete(options);
            throw;
        }
    }

    private static int Resume(MonitorOptions options, IContainerLauncher launcher)
    {
        Sys.SetThreadName("sampan-monitor");
        var (loop, lockFd) = Handover.TakeOver(options, launcher);
        return Stay(options, loop, lockFd);
    }

    private static int Stay(MonitorOptions options, MonitorLoop loop, int lockFd)
    {
        loop.Run(l => Handover.Execute(options, l, lockFd));
        loop.RecordEnd();
        loop.TellExit(removersOnly: true);
        loop.Clear();
        if (loop.IsRestarting)
        {
            loop.TellExit(removersOnly: false);
            if (loop.AwaitRestart())
            {
                Handover.ExecuteAgain(options, loop, lockFd);
                loop.GiveUp("its monitor could not execute itself again to restart it");
            }
        }
        // Before the other clients hear of the end: they may start or remove the container at once, and find neither socket nor lock in the way.
        Sys.Call(SyscallNumber.close, loop.ListenerFd);
        Sys.Unlinkat(At.AT_FDCWD, $"{options.RunDirectory}/{MonitorConventions.SocketName}");
        Sys.Call(SyscallNumber.close, lockFd);
        loop.TellExit(removersOnly: false);
        bool removed = loop.AwaitRemoval();
        if (!removed && options.ExitCommand.Length > 0)
            return ExecuteExitCommand(options);
        return 0;
    }

    // The engine writes the bundle while we come up.
    private static bool MayGo(MonitorOptions options)
    {
        if (options.GoFd < 0)
            return true;
        Span<byte> word = stackalloc byte[1];
        nint n = Sys.Read(options.GoFd, word);
        Sys.Call(SyscallNumber.close, options.GoFd);
        return n == 1;
    }

    private static int TakeLock(MonitorOptions options)
    {
        string path = $"{options.RunDirectory}/{MonitorConventions.LockName}";
        nint fd = LinuxException.Check(Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_NOFOLLOW, 0x180), "open", path);
        nint result = Sys.Flock((int)fd, FlockOperation.LOCK_EX | FlockOperation.LOCK_NB);
        if (result == -(nint)Errno.EAGAIN)
            throw new SampanException(ErrorKind.Conflict, $"container {options.Id} has a monitor already");
        LinuxException.Check(result, "flock", path);
        return (int)fd;
    }

    // Threads that exist already keep their masks; the one way to have a signal blocked in all of them is to be born with it blocked.
    private static int ExecuteMasked(ReadOnlySpan<string> args)
    {
        SignalMask.Block(MonitorConventions.BlockedSignals);
        nint result = Sys.Execve("/proc/self/exe", ["sampan-runtime", "monitor", .. args]);
        LinuxException.Throw(result, "execve", "/proc/self/exe");
        return 1;
    }

    private static int ExecuteExitCommand(MonitorOptions options)
    {
        SignalMask.Restore(default);
        nint result = Sys.Execve(options.ExitCommand[0], options.ExitCommand);
        LinuxException.Throw(result, "execve", options.ExitCommand[0]);
        return 1;
    }

    // From here on the loop owns the fd by its number, which is what a handover passes on.
    private static int Number(Fd handle)
    {
        int fd = handle.Number;
        handle.SetHandleAsInvalid();
        return fd;
    }

    // Ours alone: closed on execve, and out of the way of the standard streams, which launching rearranges.
    private static int Inherit(int fd)
    {
        if (fd < 0)
            return fd;
        nint own = LinuxException.Check(Sys.Dup(fd), "fcntl F_DUPFD_CLOEXEC", $"fd {fd}");
        if (fd > 2)
            Sys.Call(SyscallNumber.close, fd);
        return (int)own;
    }

    // A client that has gone meanwhile changes nothing: the container runs.
    private static void Tell(int fd, byte[] message)
    {
        if (fd < 0)
            return;
        Sys.WriteAll(fd, message);
        Sys.Call(SyscallNumber.close, fd);
    }
}
