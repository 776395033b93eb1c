using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>New limits for a cgroup in use.</summary>
internal static class CgroupUpdate
{
    /// <summary>More rounds than this mean that processes fork faster than they can be moved.</summary>
    private const int MostRounds = 64;

    public static void Apply(Cgroup cgroup, CgroupHost host, LinuxResources resources)
    {
        var writes = cgroup.IsV2 ? ResourceWrites.V2(resources) : ResourceWrites.V1(resources);
        if (resources.Memory is { CheckBeforeUpdate: true, Limit: > 0 } memory)
            CheckUsage(cgroup, memory.Limit.Value);
        var entered = new List<CgroupHierarchy>();
        try
        {
            if (!cgroup.IsV2)
                foreach (var hierarchy in host.Hierarchies)
                    if (!hierarchy.IsV2 && !cgroup.Paths.ContainsKey(hierarchy.Names[0]) && CgroupNeeds.Has(host, hierarchy, resources))
                    {
                        entered.Add(hierarchy);
                        Enter(cgroup, host, hierarchy);
                    }
            CgroupWriter.Apply(writes, cgroup.DirectoryOf);
        }
        catch
        {
            // Its caller saves Paths only after success: what it does not know of may not stay.
            foreach (var hierarchy in entered)
                Leave(cgroup, hierarchy);
            throw;
        }
    }

    /// <summary>runtime-spec 1.3, "Memory", checkBeforeUpdate: v1's kernel refuses a limit below what is in use; v2's would kill.</summary>
    private static void CheckUsage(Cgroup cgroup, long limit)
    {
        if (cgroup.IsV2 && CgroupFiles.Number(cgroup.Unified!, "memory.current") is { } usage && usage > (ulong)limit)
            throw new SampanException(ErrorKind.Conflict, $"{ResourceWrites.Root}.memory.limit: the container uses {usage} bytes already, more than {limit}");
    }

    private static void Enter(Cgroup cgroup, CgroupHost host, CgroupHierarchy hierarchy)
    {
        string directory = hierarchy.MountPoint + PathBelowMount(cgroup, host);
        cgroup.AddHierarchy(hierarchy, directory);
        CgroupFiles.Make(directory, []);
        if (Array.IndexOf(hierarchy.Names, "cpuset") >= 0)
            V1Cpuset.Inherit(hierarchy.MountPoint, directory, null);
        MoveAll(cgroup, directory);
    }

    /// <summary>Best effort: a failure is being reported already.</summary>
    private static void Leave(Cgroup cgroup, CgroupHierarchy hierarchy)
    {
        if (cgroup.DropHierarchy(hierarchy) is not { } directory)
            return;
        var pids = new List<int>();
        CgroupFiles.Pids(directory, recursive: true, pids);
        nint fd = Sys.Openat(At.AT_FDCWD, $"{hierarchy.OwnDirectory}/cgroup.procs", OpenFlags.O_WRONLY);
        if (fd >= 0)
            using (var procs = new FileFd((int)fd))
                foreach (int pid in pids)
                    Sys.Write(procs.Number, System.Text.Encoding.ASCII.GetBytes($"{pid}"));
        Sys.Unlinkat(At.AT_FDCWD, directory, At.AT_REMOVEDIR);
    }

    /// <summary>The name that the cgroup has in a hierarchy it is in, to have the same in another.</summary>
    private static string PathBelowMount(Cgroup cgroup, CgroupHost host)
    {
        foreach (var hierarchy in host.Hierarchies)
            if (cgroup.Paths.TryGetValue(hierarchy.IsV2 ? "" : hierarchy.Names[0], out string? path)
                && path.StartsWith(hierarchy.MountPoint + "/", StringComparison.Ordinal))
                return path[hierarchy.MountPoint.Length..];
        throw new SampanException(ErrorKind.NotFound, "the container is in no cgroup of this host");
    }

    /// <summary>Round after round, until no process turns up that was not moved: a child forked before its parent's move is still outside.</summary>
    private static void MoveAll(Cgroup cgroup, string directory)
    {
        string path = $"{directory}/cgroup.procs";
        using var procs = Open.File(path, OpenFlags.O_WRONLY);
        var moved = new HashSet<int>();
        for (int round = 0; round < MostRounds; round++)
        {
            bool found = false;
            foreach (int pid in cgroup.Pids())
            {
                if (!moved.Add(pid))
                    continue;
                found = true;
                nint result = Sys.Write(procs.Number, System.Text.Encoding.ASCII.GetBytes($"{pid}"));
                if (result != -(nint)Errno.ESRCH)
                    LinuxException.Check(result, "write", $"{path} ({pid})");
            }
            if (!found)
                return;
        }
        throw new SampanException(ErrorKind.Conflict, $"the container forks faster than its processes can be moved into {directory}");
    }
}
