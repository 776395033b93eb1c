using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>What `update` changes of a container's <c>linux.resources</c>; null is what stays.</summary>
internal static class ResourceChanges
{
    /// <summary>
    /// The changes, with the other half of a pair that the kernel takes together: cgroup v2 has the quota and its period in one file, and
    /// memory and swap together mean nothing without memory.
    /// </summary>
    public static LinuxResources Complete(LinuxResources changes, LinuxResources? now)
    {
        var complete = new LinuxResources();
        Merge(complete, changes);
        if (complete.Cpu is { Period: not null, Quota: null or 0 } cpu)
            cpu.Quota = now?.Cpu?.Quota;
        if (complete.Memory is { Swap: > 0, Limit: null or 0 } memory)
            memory.Limit = now?.Memory?.Limit;
        return complete;
    }

    /// <summary>Puts what <paramref name="changes"/> has into <paramref name="into"/>.</summary>
    public static void Merge(LinuxResources into, LinuxResources changes)
    {
        if (changes.Memory is { } memory)
            Merge(into.Memory ??= new LinuxMemory(), memory);
        if (changes.Cpu is { } cpu)
            Merge(into.Cpu ??= new LinuxCpu(), cpu);
        if (changes.Pids?.Limit is { } pids)
            into.Pids = new LinuxPids { Limit = pids };
        if (changes.BlockIo is { } io)
            Merge(into.BlockIo ??= new LinuxBlockIo(), io);
        into.HugepageLimits = changes.HugepageLimits ?? into.HugepageLimits;
        into.Network = changes.Network ?? into.Network;
        into.Rdma = changes.Rdma ?? into.Rdma;
        foreach (var (file, value) in changes.Unified ?? [])
            (into.Unified ??= new(StringComparer.Ordinal))[file] = value;
    }

    private static void Merge(LinuxMemory into, LinuxMemory changes)
    {
        into.Limit = changes.Limit ?? into.Limit;
        into.Reservation = changes.Reservation ?? into.Reservation;
        into.Swap = changes.Swap ?? into.Swap;
        into.Kernel = changes.Kernel ?? into.Kernel;
        into.KernelTcp = changes.KernelTcp ?? into.KernelTcp;
        into.Swappiness = changes.Swappiness ?? into.Swappiness;
        into.DisableOomKiller = changes.DisableOomKiller ?? into.DisableOomKiller;
        into.UseHierarchy = changes.UseHierarchy ?? into.UseHierarchy;
        into.CheckBeforeUpdate = changes.CheckBeforeUpdate ?? into.CheckBeforeUpdate;
    }

    private static void Merge(LinuxCpu into, LinuxCpu changes)
    {
        into.Shares = changes.Shares ?? into.Shares;
        into.Quota = changes.Quota ?? into.Quota;
        into.Burst = changes.Burst ?? into.Burst;
        into.Period = changes.Period ?? into.Period;
        into.RealtimeRuntime = changes.RealtimeRuntime ?? into.RealtimeRuntime;
        into.RealtimePeriod = changes.RealtimePeriod ?? into.RealtimePeriod;
        into.Cpus = changes.Cpus ?? into.Cpus;
        into.Mems = changes.Mems ?? into.Mems;
        into.Idle = changes.Idle ?? into.Idle;
    }

    private static void Merge(LinuxBlockIo into, LinuxBlockIo changes)
    {
        into.Weight = changes.Weight ?? into.Weight;
        into.LeafWeight = changes.LeafWeight ?? into.LeafWeight;
        into.WeightDevice = changes.WeightDevice ?? into.WeightDevice;
        into.ThrottleReadBpsDevice = changes.ThrottleReadBpsDevice ?? into.ThrottleReadBpsDevice;
        into.ThrottleWriteBpsDevice = changes.ThrottleWriteBpsDevice ?? into.ThrottleWriteBpsDevice;
        into.ThrottleReadIopsDevice = changes.ThrottleReadIopsDevice ?? into.ThrottleReadIopsDevice;
        into.ThrottleWriteIopsDevice = changes.ThrottleWriteIopsDevice ?? into.ThrottleWriteIopsDevice;
    }
}
