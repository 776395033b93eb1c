namespace Sampan.Engine;

/// <summary>What was asked and this host cannot do: left out, and said, as Docker does and in its words. A container is not refused for a limit that is missing.</summary>
internal static class UnsupportedLimits
{
    /// <summary>Whether any limit is asked for that depends on the host.</summary>
    public static bool Matter(HostConfig host)
        => host.MemorySwappiness is not null || host.OomKillDisable is true || host.BlkioWeight is not null || host.BlkioWeightDevice is not null || AnyThrottle(host)
            || host.CpuRealtimePeriod is > 0 || host.CpuRealtimeRuntime is > 0;

    /// <exception cref="SampanException">Real-time budgets: a program that needs one does not work without.</exception>
    public static void Discard(HostConfig host, KernelSupport kernel, Action<string> warn)
    {
        if (!kernel.Realtime && (host.CpuRealtimePeriod is > 0 || host.CpuRealtimeRuntime is > 0))
            throw new SampanException(ErrorKind.Unsupported, "--cpu-rt-period, --cpu-rt-runtime: your kernel does not support real-time budgets of cgroups (CONFIG_RT_GROUP_SCHED, cgroup v1)");
        if (host.MemorySwappiness is not null && !kernel.Swappiness)
        {
            host.MemorySwappiness = null;
            warn("Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.");
        }
        if (host.OomKillDisable is true && !kernel.OomKillDisable)
        {
            host.OomKillDisable = null;
            warn("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
        }
        if (host.OomKillDisable is true && host.Memory is null or 0)
            warn("OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.");
        if (host.BlkioWeight is not null && !kernel.BlkioWeight)
        {
            host.BlkioWeight = null;
            warn("Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.");
        }
        if (host.BlkioWeightDevice is not null && !kernel.BlkioWeightDevice)
        {
            host.BlkioWeightDevice = null;
            warn("Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.");
        }
        if (!AnyThrottle(host) || kernel.BlkioThrottle)
            return;
        host.BlkioDeviceReadBps = host.BlkioDeviceWriteBps = host.BlkioDeviceReadIOps = host.BlkioDeviceWriteIOps = null;
        warn("Your kernel does not support Block I/O rate limits or the cgroup is not mounted. Block I/O rate limits discarded.");
    }

    private static bool AnyThrottle(HostConfig host)
        => host.BlkioDeviceReadBps is not null || host.BlkioDeviceWriteBps is not null || host.BlkioDeviceReadIOps is not null || host.BlkioDeviceWriteIOps is not null;
}
