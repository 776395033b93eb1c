using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>"linux.resources" of the specification.</summary>
internal static class SpecResources
{
    /// <summary>Processes and threads; enough for a desktop, and the end of a fork bomb.</summary>
    private const long DefaultPids = 2048;

    /// <summary>Microseconds: the kernel's own default.</summary>
    private const ulong CpuPeriod = 100_000;

    public static LinuxResources Build(SpecInput input)
    {
        var resources = Limits(input.Record.HostConfig!, input.Facts);
        resources.Devices = SpecDevices.Rules(input);
        return resources;
    }

    /// <summary>All but the devices: what `update` sets anew.</summary>
    public static LinuxResources Limits(HostConfig host, EngineFacts facts) => new()
    {
        Memory = Memory(host, facts),
        Cpu = Cpu(host),
        Pids = new LinuxPids { Limit = host.PidsLimit switch { null => DefaultPids, 0 => -1, var limit => limit } },
        BlockIo = SpecBlockIo.Build(host, facts),
    };

    private static LinuxMemory? Memory(HostConfig host, EngineFacts facts)
    {
        if (host.Memory is null or 0 && host.MemoryReservation is null or 0 && host.MemorySwappiness is null && host.OomKillDisable is not true)
            return null;
        var memory = new LinuxMemory { Swappiness = (ulong?)host.MemorySwappiness, DisableOomKiller = host.OomKillDisable is true ? true : null };
        if (host.Memory is > 0 and { } limit)
        {
            memory.Limit = limit;
            // Docker's rule: as much swap again as memory, else a container over its limit would swap without end.
            memory.Swap = host.MemorySwap is not null and not 0 ? host.MemorySwap : facts.SwapLimit ? limit * 2 : null;
        }
        if (host.MemoryReservation is > 0)
            memory.Reservation = host.MemoryReservation;
        return memory;
    }

    private static LinuxCpu? Cpu(HostConfig host)
    {
        var cpu = new LinuxCpu
        {
            Shares = host.CpuShares is > 0 and { } shares ? (ulong)shares : null,
            Cpus = host.CpusetCpus,
            Mems = host.CpusetMems,
            RealtimePeriod = host.CpuRealtimePeriod is > 0 and { } realtime ? (ulong)realtime : null,
            RealtimeRuntime = host.CpuRealtimeRuntime is null or 0 ? null : host.CpuRealtimeRuntime,
            Period = host.CpuPeriod is > 0 and { } period ? (ulong)period : null,
            Quota = host.CpuQuota is null or 0 ? null : host.CpuQuota,
        };
        if (host.NanoCpus is > 0 and { } nano)
        {
            cpu.Period = CpuPeriod;
            cpu.Quota = nano / 1000 * (long)CpuPeriod / 1_000_000;
        }
        bool any = cpu.Shares is not null || cpu.Period is not null || cpu.Quota is not null || cpu.RealtimePeriod is not null || cpu.RealtimeRuntime is not null || !string.IsNullOrEmpty(cpu.Cpus) || !string.IsNullOrEmpty(cpu.Mems);
        return any ? cpu : null;
    }
}
