using Sampan.Cgroups;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>The CPUs and memory nodes of a container and how v1's cpuset treats them; all 0 on v2, as runc has it.</summary>
public sealed class EventCpuset : OciObject
{
    public List<int>? Cpus;
    public List<int>? Mems;
    private static readonly string[] Names =
        ["cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab", "memory_pressure", "sched_load_balance"];

    private readonly ulong?[] _values = new ulong?[Names.Length];
    private long _relaxDomainLevel;

    public override void Map(JsonMap map)
    {
        map.Numbers("cpus", ref Cpus);
        map.Number(Names[0], ref _values[0]);
        map.Numbers("mems", ref Mems);
        for (int i = 1; i < Names.Length; i++)
            map.Number(Names[i], ref _values[i]);
        map.Number("sched_relax_domain_level", ref _relaxDomainLevel);
    }

    internal static EventCpuset Of(CpusetStats? stats)
    {
        var cpuset = new EventCpuset { Cpus = stats?.Cpus is { Count: > 0 } cpus ? cpus : null, Mems = stats?.Mems is { Count: > 0 } mems ? mems : null };
        for (int i = 0; i < Names.Length; i++)
            cpuset._values[i] = stats?.Values.GetValueOrDefault(Names[i]) ?? 0;
        cpuset._relaxDomainLevel = stats?.RelaxDomainLevel ?? 0;
        return cpuset;
    }
}
