namespace Sampan.Engine;

/// <summary>What a container uses at a moment, and what it has used since it started.</summary>
public sealed record ContainerUsage
{
    /// <summary>Nanoseconds of processor time since the start.</summary>
    public ulong Cpu { get; init; }

    /// <summary>Nanoseconds of all processors of the host together, idle or not, since its boot.</summary>
    public ulong SystemCpu { get; init; }

    public int OnlineCpus { get; init; }

    /// <summary>Bytes, without page cache that nobody has used lately.</summary>
    public ulong Memory { get; init; }

    /// <summary>Bytes: the container's limit, or what the host has.</summary>
    public ulong MemoryLimit { get; init; }

    /// <summary>Bytes since the start, over all interfaces but loopback.</summary>
    public ulong Received { get; init; }

    public ulong Sent { get; init; }

    /// <summary>Bytes since the start, to and from block devices.</summary>
    public ulong BlockRead { get; init; }

    public ulong BlockWritten { get; init; }

    /// <summary>Processes and threads.</summary>
    public ulong Pids { get; init; }

    /// <summary>Percent of one processor that was used between <paramref name="before"/> and this, by Docker's rule.</summary>
    public double CpuPercent(ContainerUsage? before)
    {
        if (before is null || Cpu <= before.Cpu || SystemCpu <= before.SystemCpu)
            return 0;
        return (double)(Cpu - before.Cpu) / (SystemCpu - before.SystemCpu) * OnlineCpus * 100;
    }

    public double MemoryPercent => MemoryLimit == 0 ? 0 : (double)Memory / MemoryLimit * 100;
}
