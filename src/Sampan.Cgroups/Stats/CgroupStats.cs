namespace Sampan.Cgroups;

/// <summary>What a cgroup has used. A part is null where the host has no such controller.</summary>
public sealed class CgroupStats
{
    public CpuStats? Cpu { get; init; }
    public CpusetStats? Cpuset { get; init; }
    public MemoryStats? Memory { get; init; }
    public PidsStats? Pids { get; init; }

    /// <summary>Empty where nothing was read or written.</summary>
    public List<BlockIoEntry> BlockIo { get; init; } = [];

    /// <summary>Waiting for block devices; v2 only.</summary>
    public PressureStats? BlockIoPressure { get; init; }

    /// <summary>By page size, such as <c>2MB</c>.</summary>
    public SortedDictionary<string, HugetlbStats> Hugetlb { get; init; } = [];
}

/// <summary>Times in nanoseconds.</summary>
public sealed class CpuStats
{
    public ulong Usage { get; init; }
    public ulong User { get; init; }
    public ulong System { get; init; }

    /// <summary>By CPU, and what of it was spent in the kernel and outside; v1 only.</summary>
    public ulong[]? PerCpu { get; init; }
    public ulong[]? PerCpuSystem { get; init; }
    public ulong[]? PerCpuUser { get; init; }

    /// <summary>Periods in which the quota was in force, those in which it was used up, and the time held back.</summary>
    public ulong Periods { get; init; }
    public ulong ThrottledPeriods { get; init; }
    public ulong ThrottledTime { get; init; }

    /// <summary>v2 only.</summary>
    public PressureStats? Pressure { get; init; }
}

/// <summary>Bytes; <see cref="ulong.MaxValue"/> is no limit.</summary>
public sealed class MemoryStats
{
    public ulong Usage { get; init; }
    public ulong Limit { get; init; }

    /// <summary>The most ever used; null before 5.19 on v2.</summary>
    public ulong? Peak { get; init; }

    /// <summary>Page cache that nobody has used lately: what docker subtracts from usage.</summary>
    public ulong InactiveFile { get; init; }

    /// <summary>Swap alone, as v2 counts it; null where swap is not accounted for.</summary>
    public ulong? SwapUsage { get; init; }
    public ulong? SwapLimit { get; init; }

    /// <summary>How often a limit, of memory or of memory and swap, was hit. Linux 6.18 has been seen to leave the v1 counters at 0.</summary>
    public ulong LimitHits { get; init; }
    public ulong OomKills { get; init; }

    /// <summary>Of the kernel's own memory, and of that of TCP's buffers; v1 only.</summary>
    public MemoryCounter? Kernel { get; init; }
    public MemoryCounter? KernelTcp { get; init; }

    /// <summary>v2 only.</summary>
    public PressureStats? Pressure { get; init; }

    /// <summary>memory.stat as it is.</summary>
    public SortedDictionary<string, ulong> Raw { get; init; } = new(StringComparer.Ordinal);
}

public sealed class PidsStats
{
    public ulong Current { get; init; }

    /// <summary><see cref="ulong.MaxValue"/>: none.</summary>
    public ulong Limit { get; init; }
}

/// <summary>Since the cgroup was made, on one device.</summary>
public sealed record BlockIoEntry(uint Major, uint Minor, ulong ReadBytes, ulong WriteBytes, ulong Reads, ulong Writes);

/// <summary>Bytes, and how often the limit was hit.</summary>
public sealed record MemoryCounter(ulong Usage, ulong Limit, ulong? Peak, ulong Failures);

/// <summary>Bytes.</summary>
public sealed record HugetlbStats(ulong Usage, ulong? Peak, ulong Failures);
