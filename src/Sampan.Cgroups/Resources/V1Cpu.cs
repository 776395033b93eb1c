using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// <see href="https://docs.kernel.org/scheduler/sched-bwc.html">Documentation/scheduler/sched-bwc.rst</see>,
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html">Documentation/admin-guide/cgroup-v1/cpusets.rst</see>.
/// </summary>
internal static class V1Cpu
{
    // MIN_SHARES and MAX_SHARES of kernel/sched/sched.h; the kernel would take others for these in silence.
    private const ulong LeastShares = 2, MostShares = 262144;

    public static void Add(List<CgroupWrite> writes, LinuxCpu? cpu)
    {
        if (cpu is null)
            return;
        const string field = ResourceWrites.Root + ".cpu";
        // Before anything else: a real-time process cannot join a cgroup without a real-time budget.
        if (cpu.RealtimePeriod is { } rtPeriod and not 0)
            writes.Add(new("cpu", "cpu.rt_period_us", $"{rtPeriod}", $"{field}.realtimePeriod"));
        if (cpu.RealtimeRuntime is { } rtRuntime and not 0)
            writes.Add(new("cpu", "cpu.rt_runtime_us", $"{rtRuntime}", $"{field}.realtimeRuntime"));
        if (cpu.Idle is { } idle)
            writes.Add(new("cpu", "cpu.idle", $"{idle}", $"{field}.idle"));
        // An idle cgroup has the least weight there is, and the kernel takes no other.
        if (cpu.Shares is { } shares and not 0 && cpu.Idle != 1)
        {
            if (shares is < LeastShares or > MostShares)
                throw new SampanException(ErrorKind.InvalidArgument, $"{field}.shares: {shares} is not from {LeastShares} to {MostShares}");
            writes.Add(new("cpu", "cpu.shares", $"{shares}", $"{field}.shares"));
        }
        if (cpu.Period is { } period and not 0)
            writes.Add(new("cpu", "cpu.cfs_period_us", $"{period}", $"{field}.period"));
        if (cpu.Quota is { } quota and not 0)
            writes.Add(new("cpu", "cpu.cfs_quota_us", $"{quota}", $"{field}.quota"));
        if (cpu.Burst is { } burst)
            writes.Add(new("cpu", "cpu.cfs_burst_us", $"{burst}", $"{field}.burst"));
        AddCpuset(writes, cpu);
    }

    /// <summary>The same files on v1 and v2.</summary>
    internal static void AddCpuset(List<CgroupWrite> writes, LinuxCpu cpu)
    {
        if (!string.IsNullOrEmpty(cpu.Cpus))
            writes.Add(new("cpuset", "cpuset.cpus", cpu.Cpus, $"{ResourceWrites.Root}.cpu.cpus"));
        if (!string.IsNullOrEmpty(cpu.Mems))
            writes.Add(new("cpuset", "cpuset.mems", cpu.Mems, $"{ResourceWrites.Root}.cpu.mems"));
    }
}
