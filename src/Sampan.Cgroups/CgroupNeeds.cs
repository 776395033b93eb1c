using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>Which hierarchies of v1 a container is put into. Each costs about 0.1 ms of a start and of a removal.</summary>
public enum CgroupScope
{
    /// <summary>
    /// Those that enforce devices, account for what <c>stats</c> shows, carry processes for systemd and signals, and those that a limit
    /// asks for. Not cpuset, net_cls, net_prio, perf_event, hugetlb, rdma and misc without a limit of theirs, and not v1's freezer where a v2 hierarchy freezes better.
    /// </summary>
    Needed,
    /// <summary>All, as runc and crun do.</summary>
    All,
}

internal static class CgroupNeeds
{
    public static bool Has(CgroupHost host, CgroupHierarchy hierarchy, LinuxResources? resources)
    {
        if (hierarchy.IsV2)
            return true;
        foreach (string name in hierarchy.Names)
            if (Needs(host, name, resources))
                return true;
        return false;
    }

    private static bool Needs(CgroupHost host, string controller, LinuxResources? resources) => controller switch
    {
        "cpuset" => !string.IsNullOrEmpty(resources?.Cpu?.Cpus) || !string.IsNullOrEmpty(resources?.Cpu?.Mems),
        "net_cls" => resources?.Network?.ClassID is not (null or 0),
        "net_prio" => resources?.Network?.Priorities is { Count: > 0 },
        "hugetlb" => resources?.HugepageLimits is { Count: > 0 },
        "rdma" => resources?.Rdma is { Count: > 0 },
        "perf_event" or "misc" or "debug" => false,
        "freezer" => host.Unified is null,
        _ => true,
    };
}
