namespace Sampan.Cgroups;

/// <summary>Reads <see cref="CgroupStats"/>.</summary>
internal static class CgroupStatistics
{
    public static CgroupStats Read(Cgroup cgroup) => new()
    {
        Cpu = cgroup.IsV2 ? V2Stats.Cpu(cgroup.Unified!) : V1Stats.Cpu(cgroup),
        Cpuset = !cgroup.IsV2 && cgroup.DirectoryOf("cpuset") is { } cpuset ? CpusetStats.Read(cpuset) : null,
        Memory = cgroup.DirectoryOf("memory") is { } memory ? cgroup.IsV2 ? V2Stats.Memory(memory) : V1Stats.Memory(memory) : null,
        Pids = cgroup.DirectoryOf("pids") is { } pids && CgroupFiles.Number(pids, "pids.current") is { } current
            ? new PidsStats { Current = current, Limit = CgroupFiles.Number(pids, "pids.max") ?? ulong.MaxValue }
            : null,
        BlockIo = cgroup.IsV2 ? V2Stats.BlockIo(cgroup.Unified!) : cgroup.DirectoryOf("blkio") is { } blkio ? V1Stats.BlockIo(blkio) : [],
        BlockIoPressure = cgroup.IsV2 ? PressureStats.Read(cgroup.Unified!, "io.pressure") : null,
        Hugetlb = cgroup.DirectoryOf("hugetlb") is { } hugetlb ? Hugetlb(hugetlb, cgroup.IsV2) : [],
    };

    public static ulong OomKills(Cgroup cgroup)
    {
        if (cgroup.DirectoryOf("memory") is not { } memory)
            return 0;
        return cgroup.IsV2
            ? CgroupFiles.Keyed(memory, "memory.events", "oom_kill") ?? 0
            : CgroupFiles.Keyed(memory, "memory.oom_control", "oom_kill") ?? 0;
    }

    private static SortedDictionary<string, HugetlbStats> Hugetlb(string directory, bool v2)
    {
        var stats = new SortedDictionary<string, HugetlbStats>(StringComparer.Ordinal);
        foreach (string size in HugePageSizes())
            if (CgroupFiles.Number(directory, $"hugetlb.{size}.{(v2 ? "current" : "usage_in_bytes")}") is { } usage)
                stats[size] = new(usage,
                    v2 ? null : CgroupFiles.Number(directory, $"hugetlb.{size}.max_usage_in_bytes"),
                    (v2 ? CgroupFiles.Keyed(directory, $"hugetlb.{size}.events", "max") : CgroupFiles.Number(directory, $"hugetlb.{size}.failcnt")) ?? 0);
        return stats;
    }

    /// <summary>/sys/kernel/mm/hugepages/hugepages-2048kB is 2MB in the names of files.</summary>
    private static IEnumerable<string> HugePageSizes()
    {
        foreach (string name in Linux.Directories.NamesIfExists("/sys/kernel/mm/hugepages") ?? [])
            if (name.StartsWith("hugepages-", StringComparison.Ordinal) && name.EndsWith("kB", StringComparison.Ordinal)
                && ulong.TryParse(name.AsSpan(10, name.Length - 12), out ulong kilobytes))
                yield return kilobytes >= 1 << 20 ? $"{kilobytes >> 20}GB" : kilobytes >= 1 << 10 ? $"{kilobytes >> 10}MB" : $"{kilobytes}KB";
    }

    /// <summary>A file of "key value" lines; empty when there is none.</summary>
    public static SortedDictionary<string, ulong> Table(string directory, string file)
    {
        var table = new SortedDictionary<string, ulong>(StringComparer.Ordinal);
        foreach (var line in (CgroupFiles.Read(directory, file) ?? "").AsSpan().EnumerateLines())
        {
            int blank = line.IndexOf(' ');
            if (blank > 0 && ulong.TryParse(line[(blank + 1)..], out ulong value))
                table[line[..blank].ToString()] = value;
        }
        return table;
    }
}
