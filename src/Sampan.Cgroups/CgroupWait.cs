using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Waiting for a cgroup, with an end.</summary>
internal static class CgroupWait
{
    /// <summary>
    /// Waits until <paramref name="key"/> in a v2 cgroup's cgroup.events has <paramref name="value"/>; the kernel wakes us at each change
    /// (<see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#core-interface-files">cgroup-v2.rst, "Core Interface Files"</see>).
    /// </summary>
    /// <param name="deadline">On the clock of <see cref="Sys.MonotonicMilliseconds"/>.</param>
    /// <returns>False when the deadline came first.</returns>
    public static bool ForEvent(string directory, string key, ulong value, long deadline)
    {
        string path = $"{directory}/cgroup.events";
        using var file = Open.File(path, OpenFlags.O_RDONLY);
        byte[] buffer = new byte[512];
        while (true)
        {
            int n = (int)LinuxException.Check(Sys.Pread(file.Number, buffer, 0), "read", path);
            if (CgroupFiles.KeyedIn(System.Text.Encoding.ASCII.GetString(buffer, 0, n), key) == value)
                return true;
            long left = deadline - Sys.MonotonicMilliseconds();
            if (left <= 0)
                return false;
            LinuxException.Check(Sys.Poll([new pollfd { fd = file.Number, events = PollEvents.POLLPRI }], (int)left), "poll", path);
        }
    }

    /// <summary>Waits until one of <paramref name="pids"/> has exited, or the deadline.</summary>
    public static void ForExit(List<int> pids, long deadline)
    {
        // A few are enough: they are waited for in turns, and the descriptors are bounded.
        var handles = new List<PidFd>();
        try
        {
            foreach (int pid in pids)
            {
                nint fd = Sys.PidfdOpen(pid);
                if (fd == -(nint)Errno.ESRCH)
                    return;
                handles.Add(new PidFd((int)LinuxException.Check(fd, "pidfd_open", $"{pid}")));
                if (handles.Count == 16)
                    break;
            }
            var polled = new pollfd[handles.Count];
            for (int i = 0; i < polled.Length; i++)
                polled[i] = new pollfd { fd = handles[i].Number, events = PollEvents.POLLIN };
            long left = deadline - Sys.MonotonicMilliseconds();
            if (left > 0)
                LinuxException.Check(Sys.Poll(polled, (int)left), "poll", "pidfd");
        }
        finally
        {
            foreach (var handle in handles)
                handle.Dispose();
        }
    }

    /// <summary>A pause, where the kernel has nothing to wait on: v1's freezer.state, and the moment between a process's end and its cgroup's.</summary>
    public static void Pause(int milliseconds) => Sys.Poll([], milliseconds);
}
