using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>Limits: memory, CPU, processes.</summary>
internal sealed class ResourceFlags(FlagSet flags)
{
    private readonly ValueFlag<long> _memory = flags.Bytes("memory", 'm', "Memory limit");
    private readonly ValueFlag<long> _swap = flags.Bytes("memory-swap", '\0', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap");
    private readonly ValueFlag<long> _reservation = flags.Bytes("memory-reservation", '\0', "Memory soft limit");
    private readonly ValueFlag<long> _shm = flags.Bytes("shm-size", '\0', "Size of /dev/shm");
    private readonly ValueFlag<long> _cpus = flags.Add(new ValueFlag<long>("cpus", '\0', "Number of CPUs", "decimal", Values.NanoCpus));
    private readonly ValueFlag<long> _shares = flags.Add(new ValueFlag<long>("cpu-shares", 'c', "CPU shares (relative weight)", "int", Values.Whole) { Aliases = ["cpushare"], OneDash = ["cpushare"] });
    private readonly ValueFlag<long> _period = flags.Whole("cpu-period", '\0', "Limit CPU CFS (Completely Fair Scheduler) period, in microseconds");
    private readonly ValueFlag<long> _quota = flags.Whole("cpu-quota", '\0', "Limit CPU CFS (Completely Fair Scheduler) quota, in microseconds");
    private readonly TextFlag _cpuset = flags.Add(new TextFlag("cpuset-cpus", '\0', "CPUs in which to allow execution (0-3, 0,1)") { Aliases = ["cpuset"], OneDash = ["cpuset"] });
    private readonly TextFlag _mems = flags.Text("cpuset-mems", '\0', "MEMs in which to allow execution (0-3, 0,1)");
    private readonly ValueFlag<long> _pids = flags.Whole("pids-limit", '\0', "Tune container pids limit (set -1 for unlimited)");
    private readonly ValueFlag<long> _oom = flags.Whole("oom-score-adj", '\0', "Tune host's OOM preferences (-1000 to 1000)");
    private readonly ListFlag _ulimit = flags.List("ulimit", '\0', "Ulimit options");

    public void Apply(HostConfig host)
    {
        host.Memory = _memory.Value;
        host.MemorySwap = _swap.Value;
        host.MemoryReservation = _reservation.Value;
        host.ShmSize = _shm.Value;
        host.NanoCpus = _cpus.Value;
        host.CpuShares = _shares.Value;
        host.CpuPeriod = _period.Value;
        host.CpuQuota = _quota.Value;
        host.CpusetCpus = _cpuset.Value;
        host.CpusetMems = _mems.Value;
        host.PidsLimit = _pids.Value;
        host.OomScoreAdj = (int?)_oom.Value;
        foreach (string text in _ulimit.Values)
            (host.Ulimits ??= []).Add(UlimitOf(text));
    }

    /// <summary><c>name=soft[:hard]</c>.</summary>
    private static Ulimit UlimitOf(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals];
        string[] parts = equals < 0 ? [] : text[(equals + 1)..].Split(':');
        if (!Array.Exists(Known, known => known == name))
            throw new FlagException($"invalid argument \"{text}\" for \"--ulimit\" flag: invalid ulimit type: {name}");
        if (parts.Length is < 1 or > 2)
            throw new FlagException($"invalid argument \"{text}\" for \"--ulimit\" flag: invalid ulimit argument: want name=soft[:hard]");
        try
        {
            long soft = Values.Whole(parts[0]), hard = parts.Length > 1 ? Values.Whole(parts[1]) : soft;
            if (soft < -1 || hard < -1)
                throw new FormatException("a limit is at least 0, or -1 for none");
            if (hard != -1 && (soft == -1 || soft > hard))
                throw new FormatException($"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}");
            return new Ulimit { Name = name, Soft = soft, Hard = hard };
        }
        catch (FormatException e)
        {
            throw new FlagException($"invalid argument \"{text}\" for \"--ulimit\" flag: {e.Message}");
        }
    }

    private static string[] Known =>
    [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
    ];
}
