using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Removing cgroups that may still be emptying.</summary>
internal static class CgroupRemoval
{
    public static void Remove(Cgroup cgroup, TimeSpan timeout)
    {
        long deadline = Sys.MonotonicMilliseconds() + (long)timeout.TotalMilliseconds;
        var failures = new List<SampanException>();
        var busy = new List<string>();
        var pids = new SortedSet<int>();
        foreach (string directory in cgroup.Directories())
            try
            {
                if (!RemoveTree(directory, deadline, pids))
                    busy.Add(directory);
            }
            catch (SampanException e)
            {
                failures.Add(e);
            }
        if (busy.Count > 0)
            failures.Insert(0, new(ErrorKind.Conflict, $"process{(pids.Count > 1 ? "es" : "")} {string.Join(", ", pids.Take(8))}{(pids.Count > 8 ? ", ..." : "")} still live in {string.Join(", ", busy)}"));
        if (failures.Count > 0)
            throw new SampanException(failures[0].Kind, string.Join("; ", failures.ConvertAll(static e => e.Message)), failures[0]);
    }

    /// <summary>
    /// Removes what was made of a cgroup, the last first. Directories above its own go only when nobody else uses them. What does not go is left: the
    /// failure that led here is the one to report.
    /// </summary>
    public static void Remove(Cgroup cgroup, List<string> made, TimeSpan timeout)
    {
        long deadline = Sys.MonotonicMilliseconds() + (long)timeout.TotalMilliseconds;
        var own = cgroup.Directories();
        for (int i = made.Count - 1; i >= 0; i--)
            try
            {
                if (own.Contains(made[i]))
                    RemoveTree(made[i], deadline, []);
                else
                    Sys.Unlinkat(At.AT_FDCWD, made[i], At.AT_REMOVEDIR);
            }
            catch (SampanException)
            {
            }
    }

    /// <returns>False when the deadline came while there were processes, which are added to <paramref name="pids"/>.</returns>
    private static bool RemoveTree(string directory, long deadline, SortedSet<int> pids)
    {
        while (true)
        {
            // Nearly always empty by now, and then one call is all.
            nint result = Sys.Unlinkat(At.AT_FDCWD, directory, At.AT_REMOVEDIR);
            if (result == 0 || result == -(nint)Errno.ENOENT)
                return true;
            if (result != -(nint)Errno.EBUSY && result != -(nint)Errno.ENOTEMPTY)
                LinuxException.Throw(result, "rmdir", directory);
            bool below = true;
            foreach (string child in CgroupFiles.Children(directory))
                below &= RemoveTree(child, deadline, pids);
            if (!below || !WaitUntilEmpty(directory, deadline, pids))
                return false;
        }
    }

    private static bool WaitUntilEmpty(string directory, long deadline, SortedSet<int> alive)
    {
        var pids = new List<int>();
        CgroupFiles.Pids(directory, recursive: false, pids);
        bool late = Sys.MonotonicMilliseconds() >= deadline;
        if (late && pids.Count == 0)
            throw new LinuxException(Errno.EBUSY, "rmdir", directory);
        if (late)
            alive.UnionWith(pids);
        else if (pids.Count > 0)
            CgroupWait.ForExit(pids, deadline);
        else
            // No process is listed, and still it is busy: the last thread of one is on its way out, or the container has just made another child.
            CgroupWait.Pause(1);
        return !late;
    }
}
