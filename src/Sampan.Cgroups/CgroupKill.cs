using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Signals to all processes of a cgroup.</summary>
internal static class CgroupKill
{
    /// <summary>A round each for what the one before forked meanwhile; v1 without a freezer is the only case that needs more than two.</summary>
    private const int MostRounds = 100;

    /// <summary>Descriptors open at a time.</summary>
    private const int Batch = 256;

    public static void All(Cgroup cgroup, Signal signal)
    {
        if (signal != Signal.SIGKILL)
        {
            Round(cgroup, signal, []);
            return;
        }
        // Since 5.14; cannot be outrun by forks.
        if (cgroup.Unified is { } unified && WriteKill(unified))
            return;
        var signalled = new HashSet<int>();
        for (int round = 0; round < MostRounds && Round(cgroup, signal, signalled); round++)
        {
        }
        // A frozen process of v1 dies when it thaws.
        if (cgroup.Unified is null && CgroupFreezer.IsFrozen(cgroup))
            CgroupFreezer.Thaw(cgroup);
    }

    /// <returns>Whether there was a process that <paramref name="signalled"/> did not have yet.</returns>
    private static bool Round(Cgroup cgroup, Signal signal, HashSet<int> signalled)
    {
        var pids = cgroup.Pids();
        pids.RemoveAll(pid => !signalled.Add(pid));
        for (int start = 0; start < pids.Count; start += Batch)
            Send(cgroup, signal, pids.GetRange(start, Math.Min(Batch, pids.Count - start)));
        return pids.Count > 0;
    }

    private static void Send(Cgroup cgroup, Signal signal, List<int> pids)
    {
        var processes = new List<(int Pid, PidFd Handle)>(pids.Count);
        try
        {
            foreach (int pid in pids)
            {
                nint fd = Sys.PidfdOpen(pid);
                if (fd != -(nint)Errno.ESRCH)
                    processes.Add((pid, new PidFd((int)LinuxException.Check(fd, "pidfd_open", $"{pid}"))));
            }
            // A number may have passed to another process between the listing and the open. The descriptors are fixed now, so ask again.
            var still = new HashSet<int>(cgroup.Pids());
            foreach (var (pid, handle) in processes)
            {
                nint result = still.Contains(pid) ? Sys.PidfdSendSignal(handle.Number, signal) : 0;
                if (result != -(nint)Errno.ESRCH)
                    LinuxException.Check(result, "pidfd_send_signal", $"{pid}");
            }
        }
        finally
        {
            foreach (var (_, handle) in processes)
                handle.Dispose();
        }
    }

    private static bool WriteKill(string directory)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, $"{directory}/cgroup.kill", OpenFlags.O_WRONLY);
        if (fd == -(nint)Errno.ENOENT)
            // Gone altogether, or a kernel before 5.14: then there is still a list of processes.
            return Sys.Statx(At.AT_FDCWD, directory, out _) < 0;
        // Being removed: systemd does that the moment the last process has ended.
        if (fd == -(nint)Errno.ENODEV)
            return true;
        using var file = new FileFd((int)LinuxException.Check(fd, "open", $"{directory}/cgroup.kill"));
        nint n = Sys.Write(file.Number, "1"u8);
        if (n != -(nint)Errno.ENODEV)
            LinuxException.Check(n, "write", $"{directory}/cgroup.kill");
        return true;
    }
}
