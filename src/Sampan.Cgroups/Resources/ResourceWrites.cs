using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>What a container's <c>linux.resources</c> come to as writes into cgroup files. Pure; create, update and explain share it.</summary>
/// <remarks>
/// Writes of one file stand together. Their order is right for a fresh cgroup; for one in use, a write refused with EINVAL is to be
/// tried again after the others of its controller (a limit raised above the one that bounds it).
/// </remarks>
public static class ResourceWrites
{
    internal const string Root = "linux.resources";

    /// <summary>For the v1 hierarchies, but for devices.</summary>
    /// <exception cref="Sampan.SampanException">A value out of its range, or one that v1 has no file for; names the JSON path.</exception>
    public static List<CgroupWrite> V1(LinuxResources resources)
    {
        ResourceCheck.Check(resources);
        var writes = new List<CgroupWrite>();
        V1Memory.Add(writes, resources.Memory);
        V1Cpu.Add(writes, resources.Cpu);
        AddPids(writes, resources.Pids);
        BlockIo.AddV1(writes, resources.BlockIo);
        Hugetlb.AddV1(writes, resources.HugepageLimits);
        Network.AddV1(writes, resources.Network);
        AddRdma(writes, resources.Rdma);
        if (resources.Unified is { Count: > 0 })
            throw new SampanException(ErrorKind.Unsupported, $"{Root}.unified: invalid configuration: this host's controllers are on cgroup v1");
        return writes;
    }

    /// <summary>For the v2 hierarchy, but for devices, which are a BPF program there.</summary>
    /// <exception cref="Sampan.SampanException">A value out of its range, or one that v2 has no file for; names the JSON path.</exception>
    public static List<CgroupWrite> V2(LinuxResources resources)
    {
        ResourceCheck.Check(resources);
        var writes = new List<CgroupWrite>();
        V2Memory.Add(writes, resources.Memory);
        V2Cpu.Add(writes, resources.Cpu);
        AddPids(writes, resources.Pids);
        BlockIo.AddV2(writes, resources.BlockIo);
        Hugetlb.AddV2(writes, resources.HugepageLimits);
        Network.RefuseV2(resources.Network);
        AddRdma(writes, resources.Rdma);
        UnifiedFiles.Add(writes, resources.Unified);
        return writes;
    }

    private static void AddPids(List<CgroupWrite> writes, LinuxPids? pids)
    {
        if (pids?.Limit is { } limit)
            // 0 is a limit, and the container's first process exceeds it: as runc's and systemd's least, it is written as 1.
            writes.Add(new("pids", "pids.max", limit < 0 ? "max" : $"{Math.Max(1, limit)}", $"{Root}.pids.limit"));
    }

    private static void AddRdma(List<CgroupWrite> writes, Dictionary<string, LinuxRdma>? rdma)
    {
        foreach (var (device, limit) in Sorted(rdma))
        {
            string value = device;
            if (limit.HcaHandles is { } handles)
                value += $" hca_handle={handles}";
            if (limit.HcaObjects is { } objects)
                value += $" hca_object={objects}";
            writes.Add(new("rdma", "rdma.max", value, $"{Root}.rdma[\"{device}\"]"));
        }
    }

    internal static List<KeyValuePair<string, T>> Sorted<T>(Dictionary<string, T>? map)
    {
        var list = map is null ? [] : new List<KeyValuePair<string, T>>(map);
        list.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return list;
    }

    internal static string MaxOr(long value) => value < 0 ? "max" : $"{value}";
}
