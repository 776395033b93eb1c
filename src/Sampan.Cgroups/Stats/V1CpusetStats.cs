using System.Globalization;

namespace Sampan.Cgroups;

/// <summary>v1's cpuset: <see href="https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html">cpusets</see>.</summary>
public sealed class CpusetStats
{
    public List<int> Cpus { get; init; } = [];
    public List<int> Mems { get; init; } = [];

    /// <summary>By the file's name, without <c>cpuset.</c>.</summary>
    public Dictionary<string, ulong> Values { get; init; } = new(StringComparer.Ordinal);

    /// <summary>-1: the system's default.</summary>
    public long RelaxDomainLevel { get; init; }

    internal static CpusetStats Read(string directory)
    {
        var values = new Dictionary<string, ulong>(StringComparer.Ordinal);
        foreach (string name in (ReadOnlySpan<string>)["cpu_exclusive", "mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab", "memory_pressure", "sched_load_balance"])
            values[name] = CgroupFiles.Number(directory, $"cpuset.{name}") ?? 0;
        return new CpusetStats
        {
            Cpus = List(CgroupFiles.Read(directory, "cpuset.cpus")), Mems = List(CgroupFiles.Read(directory, "cpuset.mems")), Values = values,
            RelaxDomainLevel = long.TryParse(CgroupFiles.Read(directory, "cpuset.sched_relax_domain_level")?.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long level) ? level : 0,
        };
    }

    /// <summary><c>0-2,5</c>.</summary>
    private static List<int> List(string? text)
    {
        var numbers = new List<int>();
        foreach (string part in (text ?? "").Trim().Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
                for (int i = first; i <= last; i++)
                    numbers.Add(i);
        }
        return numbers;
    }
}
