using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>The limits that can be changed while a container runs: those of <c>update</c>, and of <c>run</c> and <c>create</c>.</summary>
internal sealed class LimitFlags(FlagSet flags)
{
    private readonly ValueFlag<long> _memory = flags.Bytes("memory", 'm', "Memory limit");
    private readonly ValueFlag<long> _swap = flags.Bytes("memory-swap", '\0', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap");
    private readonly ValueFlag<long> _reservation = flags.Bytes("memory-reservation", '\0', "Memory soft limit");
    private readonly ValueFlag<long> _cpus = flags.Add(new ValueFlag<long>("cpus", '\0', "Number of CPUs", "decimal", Values.NanoCpus));
    private readonly ValueFlag<long> _shares = flags.Add(new ValueFlag<long>("cpu-shares", 'c', "CPU shares (relative weight)", "int", Values.Whole) { Aliases = ["cpushare"], OneDash = ["cpushare"] });
    private readonly ValueFlag<long> _period = flags.Whole("cpu-period", '\0', "Limit CPU CFS (Completely Fair Scheduler) period, in microseconds");
    private readonly ValueFlag<long> _quota = flags.Whole("cpu-quota", '\0', "Limit CPU CFS (Completely Fair Scheduler) quota, in microseconds");
    private readonly ValueFlag<long> _realtimePeriod = flags.Whole("cpu-rt-period", '\0', "Limit CPU real-time period in microseconds");
    private readonly ValueFlag<long> _realtimeRuntime = flags.Whole("cpu-rt-runtime", '\0', "Limit CPU real-time runtime in microseconds");
    private readonly TextFlag _cpuset = flags.Add(new TextFlag("cpuset-cpus", '\0', "CPUs in which to allow execution (0-3, 0,1)") { Aliases = ["cpuset"], OneDash = ["cpuset"] });
    private readonly TextFlag _mems = flags.Text("cpuset-mems", '\0', "MEMs in which to allow execution (0-3, 0,1)");
    private readonly ValueFlag<long> _blkio = flags.Add(new ValueFlag<long>("blkio-weight", '\0', "Block IO (relative weight), between 10 and 1000, or 0 to disable", "uint16", Values.Whole) { DefaultText = "0" });
    private readonly ValueFlag<long> _pids = flags.Whole("pids-limit", '\0', "Tune container pids limit (set -1 for unlimited)");

    /// <summary>Sets what was given; the rest stays.</summary>
    public void Apply(HostConfig host)
    {
        host.Memory = _memory.Value ?? host.Memory;
        host.MemorySwap = _swap.Value ?? host.MemorySwap;
        host.MemoryReservation = _reservation.Value ?? host.MemoryReservation;
        host.NanoCpus = _cpus.Value ?? host.NanoCpus;
        host.CpuShares = _shares.Value ?? host.CpuShares;
        host.CpuPeriod = _period.Value ?? host.CpuPeriod;
        host.CpuQuota = _quota.Value ?? host.CpuQuota;
        host.CpuRealtimePeriod = _realtimePeriod.Value ?? host.CpuRealtimePeriod;
        host.CpuRealtimeRuntime = _realtimeRuntime.Value ?? host.CpuRealtimeRuntime;
        host.CpusetCpus = _cpuset.Value ?? host.CpusetCpus;
        host.CpusetMems = _mems.Value ?? host.CpusetMems;
        if (_blkio.Value is < 0 or > 1000 or (> 0 and < 10))
            throw new FlagException($"invalid argument \"{_blkio.Value}\" for \"--blkio-weight\" flag: range of blkio weight is from 10 to 1000");
        if (_blkio.Value is { } weight)
            host.BlkioWeight = weight == 0 ? null : (uint)weight;
        host.PidsLimit = _pids.Value ?? host.PidsLimit;
    }
}
