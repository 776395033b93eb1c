using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/net_cls.html">Documentation/admin-guide/cgroup-v1/net_cls.rst</see>,
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/net_prio.html">Documentation/admin-guide/cgroup-v1/net_prio.rst</see>. v1 only.
/// </summary>
internal static class Network
{
    private const string Field = ResourceWrites.Root + ".network";

    public static void AddV1(List<CgroupWrite> writes, LinuxNetwork? network)
    {
        if (network?.ClassID is { } id and not 0)
            writes.Add(new("net_cls", "net_cls.classid", $"{id}", $"{Field}.classID"));
        for (int i = 0; i < (network?.Priorities?.Count ?? 0); i++)
            writes.Add(new("net_prio", "net_prio.ifpriomap", $"{network!.Priorities![i].Name} {network.Priorities[i].Priority}", $"{Field}.priorities[{i}]"));
    }

    public static void RefuseV2(LinuxNetwork? network)
    {
        if (network?.ClassID is not (null or 0))
            throw new SampanException(ErrorKind.Unsupported, $"{Field}.classID: cgroup v2 has no net_cls controller");
        if (network?.Priorities is { Count: > 0 })
            throw new SampanException(ErrorKind.Unsupported, $"{Field}.priorities: cgroup v2 has no net_prio controller");
    }
}
