namespace Sampan.Cgroups;

/// <summary>Statistics of cgroup v2: <see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#controllers">Documentation/admin-guide/cgroup-v2.rst, "Controllers"</see>.</summary>
internal static class V2Stats
{
    public static CpuStats Cpu(string directory)
    {
        var stat = CgroupStatistics.Table(directory, "cpu.stat");
        return new()
        {
            Usage = stat.GetValueOrDefault("usage_usec") * 1000,
            User = stat.GetValueOrDefault("user_usec") * 1000,
            System = stat.GetValueOrDefault("system_usec") * 1000,
            Periods = stat.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = stat.GetValueOrDefault("nr_throttled"),
            ThrottledTime = stat.GetValueOrDefault("throttled_usec") * 1000,
            Pressure = PressureStats.Read(directory, "cpu.pressure"),
        };
    }

    public static MemoryStats? Memory(string directory)
    {
        if (CgroupFiles.Number(directory, "memory.current") is not { } usage)
            return null;
        var raw = CgroupStatistics.Table(directory, "memory.stat");
        var events = CgroupStatistics.Table(directory, "memory.events");
        return new()
        {
            Usage = usage,
            Limit = CgroupFiles.Number(directory, "memory.max") ?? ulong.MaxValue,
            Peak = CgroupFiles.Number(directory, "memory.peak"),
            InactiveFile = raw.GetValueOrDefault("inactive_file"),
            SwapUsage = CgroupFiles.Number(directory, "memory.swap.current"),
            SwapLimit = CgroupFiles.Number(directory, "memory.swap.max"),
            LimitHits = events.GetValueOrDefault("max"),
            OomKills = events.GetValueOrDefault("oom_kill"),
            Pressure = PressureStats.Read(directory, "memory.pressure"),
            Raw = raw,
        };
    }

    /// <summary>Lines "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6".</summary>
    public static List<BlockIoEntry> BlockIo(string directory)
    {
        var entries = new List<BlockIoEntry>();
        foreach (string line in (CgroupFiles.Read(directory, "io.stat") ?? "").Split('\n'))
        {
            string[] fields = line.Split(' ');
            if (TryDevice(fields[0], out var device))
                entries.Add(new(device.Major, device.Minor, Value("rbytes="), Value("wbytes="), Value("rios="), Value("wios=")));

            ulong Value(string key)
            {
                foreach (string field in fields)
                    if (field.StartsWith(key, StringComparison.Ordinal) && ulong.TryParse(field.AsSpan(key.Length), out ulong value))
                        return value;
                return 0;
            }
        }
        return entries;
    }

    public static bool TryDevice(string text, out (uint Major, uint Minor) device)
    {
        device = default;
        int colon = text.IndexOf(':');
        return colon > 0 && uint.TryParse(text.AsSpan(0, colon), out device.Major) && uint.TryParse(text.AsSpan(colon + 1), out device.Minor);
    }
}
