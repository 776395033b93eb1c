using Sampan.Cgroups;
using Sampan.Oci;

namespace Sampan.Runtime;

public sealed class EventMemory : OciObject
{
    /// <summary>Bytes of page cache.</summary>
    public ulong? Cache;
    public EventUsage? Usage;

    /// <summary>Memory and swap together, on v2 too, as the specification's limit of it is meant.</summary>
    public EventUsage? Swap;

    /// <summary>v1 only: the kernel's own memory, and that of TCP's buffers.</summary>
    public EventUsage? Kernel;
    public EventUsage? KernelTcp;

    /// <summary>memory.stat as it is.</summary>
    public Dictionary<string, long>? Raw;

    public EventPressure? Pressure;

    public override void Map(JsonMap map)
    {
        map.Number("cache", ref Cache);
        map.Object("usage", ref Usage);
        map.Object("swap", ref Swap);
        map.Object("kernel", ref Kernel);
        map.Object("kernelTCP", ref KernelTcp);
        map.LongMap("raw", ref Raw);
        map.Object("psi", ref Pressure);
    }

    internal static EventMemory Of(MemoryStats memory) => new()
    {
        Cache = EventData.NotZero(memory.Raw.TryGetValue("cache", out ulong cache) ? cache : memory.Raw.GetValueOrDefault("file")),
        Usage = new EventUsage { Limit = memory.Limit, Usage = EventData.NotZero(memory.Usage), Max = EventData.NotZero(memory.Peak), FailCount = memory.LimitHits },
        Swap = memory.SwapUsage is not { } swap ? null : new EventUsage
        {
            Limit = memory.Limit == ulong.MaxValue || memory.SwapLimit is null or ulong.MaxValue ? ulong.MaxValue : memory.Limit + memory.SwapLimit,
            Usage = EventData.NotZero(memory.Usage + swap), FailCount = 0,
        },
        Kernel = Counter(memory.Kernel), KernelTcp = Counter(memory.KernelTcp), Pressure = EventPressure.Of(memory.Pressure),
        Raw = memory.Raw.ToDictionary(static r => r.Key, static r => (long)Math.Min(r.Value, long.MaxValue)),
    };

    private static EventUsage? Counter(MemoryCounter? counter) => counter is null ? null : new()
    {
        Limit = counter.Limit, Usage = EventData.NotZero(counter.Usage), Max = EventData.NotZero(counter.Peak), FailCount = counter.Failures,
    };
}
