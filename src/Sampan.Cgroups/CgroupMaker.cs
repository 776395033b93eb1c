using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>Makes a cgroup's directories and gives them their limits.</summary>
internal static class CgroupMaker
{
    /// <summary>All or nothing: what was made is removed again when a later step fails.</summary>
    public static void Make(Cgroup cgroup, CgroupHost host, LinuxResources resources)
    {
        // Everything that can be wrong without the kernel's help is found before anything is made.
        var policy = DevicePolicy.Of(resources.Devices);
        var writes = cgroup.IsV2 ? ResourceWrites.V2(resources) : ResourceWrites.V1(resources);
        var made = new List<string>();
        try
        {
            if (cgroup.IsV2)
                V2Controllers.MakeParents(host.Unified!.MountPoint, cgroup.Unified!, writes, made);
            foreach (string directory in cgroup.Directories())
                MakeLeaf(directory, made);
            if (!cgroup.IsV2 && cgroup.DirectoryOf("cpuset") is { } cpuset)
                V1Cpuset.Inherit(host.V1("cpuset")!.MountPoint, cpuset, resources.Cpu);
            if (!cgroup.IsV2 && cgroup.DirectoryOf("devices") is not null)
                writes.AddRange(policy.V1Writes());
            CgroupWriter.Apply(writes, cgroup.DirectoryOf);
            if (cgroup.IsV2)
                DeviceFilter.Attach(policy, cgroup.Unified!);
            else if (cgroup.DirectoryOf("devices") is null && !(policy.AllowByDefault && policy.Exceptions.Count == 0))
                throw new SampanException(ErrorKind.Unsupported, $"{ResourceWrites.Root}.devices: this host's cgroups have no devices controller");
        }
        catch
        {
            // Best effort by nature: the failure that led here is the one to report.
            for (int i = made.Count - 1; i >= 0; i--)
                Sys.Unlinkat(At.AT_FDCWD, made[i], At.AT_REMOVEDIR);
            throw;
        }
    }

    /// <summary>One that exists is taken over when no process is in it: somebody prepared it, or a killed create left it.</summary>
    private static void MakeLeaf(string directory, List<string> made)
    {
        int before = made.Count;
        CgroupFiles.Make(directory, made);
        if (made.Count > before && made[^1] == directory)
            return;
        var pids = new List<int>();
        CgroupFiles.Pids(directory, recursive: true, pids);
        if (pids.Count > 0)
            throw new SampanException(ErrorKind.Conflict, $"linux.cgroupsPath: the cgroup {directory} is in use by process {pids[0]}{(pids.Count > 1 ? $" and {pids.Count - 1} more" : "")}");
    }
}
