using Sampan.Cgroups;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>A line of `events`, in the form of runc's, which its callers read: <c>{"type":"stats","id":…,"data":{…}}</c> or <c>{"type":"oom","id":…}</c>.</summary>
public sealed class ContainerEvent : OciObject
{
    public string? Type;
    public string? ID;
    public EventData? Data;

    public static ContainerEvent Stats(string id, CgroupStats stats, EventIntelRdt rdt) => new() { Type = "stats", ID = id, Data = EventData.Of(stats, rdt) };

    public static ContainerEvent Oom(string id) => new() { Type = "oom", ID = id };

    public override void Map(JsonMap map)
    {
        map.RequiredText("type", ref Type);
        map.RequiredText("id", ref ID);
        map.Object("data", ref Data);
    }
}

/// <summary>Statistics of a container. As in runc's, a counter at 0 is left out unless it is a limit or a failure count.</summary>
public sealed class EventData : OciObject
{
    public EventCpu? Cpu;
    public EventCpuset? Cpuset;
    public EventMemory? Memory;
    public EventPids? Pids;
    public EventBlockIo? BlockIo;
    public Dictionary<string, EventUsage>? Hugetlb;
    public EventIntelRdt? IntelRdt;

    public override void Map(JsonMap map)
    {
        map.Object("cpu", ref Cpu);
        map.Object("cpuset", ref Cpuset);
        map.Object("memory", ref Memory);
        map.Object("pids", ref Pids);
        map.Object("blkio", ref BlockIo);
        map.ObjectMap("hugetlb", ref Hugetlb);
        map.Object("intel_rdt", ref IntelRdt);
    }

    internal static EventData Of(CgroupStats stats, EventIntelRdt rdt) => new()
    {
        Cpu = stats.Cpu is { } cpu ? EventCpu.Of(cpu) : new EventCpu(),
        Cpuset = EventCpuset.Of(stats.Cpuset),
        IntelRdt = rdt,
        Memory = stats.Memory is { } memory ? EventMemory.Of(memory) : new EventMemory(),
        Pids = new EventPids { Current = NotZero(stats.Pids?.Current), Limit = stats.Pids?.Limit is ulong.MaxValue ? null : NotZero(stats.Pids?.Limit) },
        BlockIo = EventBlockIo.Of(stats.BlockIo, stats.BlockIoPressure),
        Hugetlb = stats.Hugetlb.ToDictionary(static h => h.Key, static h => new EventUsage
        {
            Usage = NotZero(h.Value.Usage), Max = NotZero(h.Value.Peak), FailCount = h.Value.Failures,
        }),
    };

    internal static ulong? NotZero(ulong? value) => value is 0 ? null : value;
}

public sealed class EventPids : OciObject
{
    public ulong? Current;

    /// <summary>Left out: none.</summary>
    public ulong? Limit;

    public override void Map(JsonMap map)
    {
        map.Number("current", ref Current);
        map.Number("limit", ref Limit);
    }
}

/// <summary>Bytes; a limit of 18446744073709551615 is none.</summary>
public sealed class EventUsage : OciObject
{
    public ulong? Limit;
    public ulong? Usage;
    public ulong? Max;
    public ulong? FailCount;

    public override void Map(JsonMap map)
    {
        map.Number("limit", ref Limit);
        map.Number("usage", ref Usage);
        map.Number("max", ref Max);
        map.Number("failcnt", ref FailCount);
    }
}
