namespace Sampan.Cgroups;

/// <summary>Statistics of the v1 controllers: Documentation/admin-guide/cgroup-v1/.</summary>
internal static class V1Stats
{
    /// <summary>USER_HZ, in which cpuacct.stat counts; fixed by the ABI.</summary>
    private const ulong NanosecondsPerTick = 10_000_000;

    public static CpuStats? Cpu(Cgroup cgroup)
    {
        string? cpu = cgroup.DirectoryOf("cpu"), cpuacct = cgroup.DirectoryOf("cpuacct");
        if (cpu is null && cpuacct is null)
            return null;
        var throttling = cpu is null ? [] : CgroupStatistics.Table(cpu, "cpu.stat");
        var times = cpuacct is null ? [] : CgroupStatistics.Table(cpuacct, "cpuacct.stat");
        return new()
        {
            Usage = cpuacct is null ? 0 : CgroupFiles.Number(cpuacct, "cpuacct.usage") ?? 0,
            User = times.GetValueOrDefault("user") * NanosecondsPerTick,
            System = times.GetValueOrDefault("system") * NanosecondsPerTick,
            PerCpu = cpuacct is null ? null : Numbers(CgroupFiles.Read(cpuacct, "cpuacct.usage_percpu")),
            PerCpuUser = cpuacct is null ? null : Column(cpuacct, 1),
            PerCpuSystem = cpuacct is null ? null : Column(cpuacct, 2),
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledTime = throttling.GetValueOrDefault("throttled_time"),
        };
    }

    public static MemoryStats Memory(string directory)
    {
        var raw = CgroupStatistics.Table(directory, "memory.stat");
        ulong usage = CgroupFiles.Number(directory, "memory.usage_in_bytes") ?? 0, limit = Limit(CgroupFiles.Number(directory, "memory.limit_in_bytes"));
        ulong? both = CgroupFiles.Number(directory, "memory.memsw.usage_in_bytes");
        ulong bothLimit = Limit(CgroupFiles.Number(directory, "memory.memsw.limit_in_bytes"));
        return new()
        {
            Usage = usage,
            Limit = limit,
            Peak = CgroupFiles.Number(directory, "memory.max_usage_in_bytes"),
            InactiveFile = raw.GetValueOrDefault("total_inactive_file"),
            // Read one after the other, so the sum may be the older.
            SwapUsage = both is { } sum ? sum > usage ? sum - usage : 0 : null,
            SwapLimit = both is null ? null : bothLimit == ulong.MaxValue ? ulong.MaxValue : bothLimit - Math.Min(limit, bothLimit),
            // Where the limit of both is no higher than that of memory, only the former is ever hit.
            LimitHits = (CgroupFiles.Number(directory, "memory.failcnt") ?? 0) + (CgroupFiles.Number(directory, "memory.memsw.failcnt") ?? 0),
            OomKills = CgroupFiles.Keyed(directory, "memory.oom_control", "oom_kill") ?? 0,
            Kernel = Counter(directory, "memory.kmem"),
            KernelTcp = Counter(directory, "memory.kmem.tcp"),
            Raw = raw,
        };
    }

    // A kernel may be built without.
    private static MemoryCounter? Counter(string directory, string name) => CgroupFiles.Number(directory, $"{name}.usage_in_bytes") is not { } usage ? null
        : new(usage, Limit(CgroupFiles.Number(directory, $"{name}.limit_in_bytes")), CgroupFiles.Number(directory, $"{name}.max_usage_in_bytes"), CgroupFiles.Number(directory, $"{name}.failcnt") ?? 0);

    // cpuacct.usage_all: a line of names, then one a CPU: its number, user, system.
    private static ulong[] Column(string directory, int column)
    {
        var values = new List<ulong>();
        foreach (string line in (CgroupFiles.Read(directory, "cpuacct.usage_all") ?? "").Split('\n'))
        {
            string[] fields = line.Split(' ');
            if (fields.Length > column && ulong.TryParse(fields[column], out ulong value))
                values.Add(value);
        }
        return [.. values];
    }

    /// <summary>BFQ's own counters where it runs, else those of the throttle, which sees every request.</summary>
    public static List<BlockIoEntry> BlockIo(string directory)
    {
        var bytes = Table(directory, "blkio.bfq.io_service_bytes_recursive");
        if (bytes.Count > 0)
            return Join(bytes, Table(directory, "blkio.bfq.io_serviced_recursive"));
        return Join(Table(directory, "blkio.throttle.io_service_bytes_recursive"), Table(directory, "blkio.throttle.io_serviced_recursive"));
    }

    private static List<BlockIoEntry> Join(SortedDictionary<(uint, uint), (ulong Read, ulong Write)> bytes, SortedDictionary<(uint, uint), (ulong Read, ulong Write)> operations)
    {
        var entries = new List<BlockIoEntry>(bytes.Count);
        foreach (var ((major, minor), size) in bytes)
        {
            var count = operations.GetValueOrDefault((major, minor));
            entries.Add(new(major, minor, size.Read, size.Write, count.Read, count.Write));
        }
        return entries;
    }

    /// <summary>Lines "8:0 Read 4096".</summary>
    private static SortedDictionary<(uint, uint), (ulong Read, ulong Write)> Table(string directory, string file)
    {
        var table = new SortedDictionary<(uint, uint), (ulong Read, ulong Write)>();
        foreach (string line in (CgroupFiles.Read(directory, file) ?? "").Split('\n'))
        {
            string[] fields = line.Split(' ');
            if (fields.Length != 3 || !ulong.TryParse(fields[2], out ulong value) || !V2Stats.TryDevice(fields[0], out var device))
                continue;
            var old = table.GetValueOrDefault(device);
            if (fields[1] == "Read")
                table[device] = old with { Read = value };
            else if (fields[1] == "Write")
                table[device] = old with { Write = value };
        }
        return table;
    }

    /// <summary>v1 says LONG_MAX, rounded down to a page, of what has no limit.</summary>
    private static ulong Limit(ulong? value) => value is null or >= long.MaxValue - 0x10000 ? ulong.MaxValue : value.Value;

    private static ulong[] Numbers(string? text)
    {
        var numbers = new List<ulong>();
        foreach (string word in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (ulong.TryParse(word, out ulong number))
                numbers.Add(number);
        return [.. numbers];
    }
}
