using Sampan.Cgroups;
using Sampan.Oci;

namespace Sampan.Runtime;

public sealed class EventCpu : OciObject
{
    public EventCpuUsage? Usage;
    public EventThrottling? Throttling;
    public EventPressure? Pressure;

    public override void Map(JsonMap map)
    {
        map.Object("usage", ref Usage);
        map.Object("throttling", ref Throttling);
        map.Object("psi", ref Pressure);
    }

    internal static EventCpu Of(CpuStats cpu) => new()
    {
        Pressure = EventPressure.Of(cpu.Pressure),
        Usage = new EventCpuUsage
        {
            Total = EventData.NotZero(cpu.Usage),
            PerCpu = Each(cpu.PerCpu), PerCpuKernel = Each(cpu.PerCpuSystem), PerCpuUser = Each(cpu.PerCpuUser),
            Kernel = cpu.System,
            User = cpu.User,
        },
        Throttling = cpu.Periods == 0 ? null : new EventThrottling
        {
            Periods = cpu.Periods, ThrottledPeriods = EventData.NotZero(cpu.ThrottledPeriods), ThrottledTime = EventData.NotZero(cpu.ThrottledTime),
        },
    };

    private static List<long>? Each(ulong[]? times) => times is { Length: > 0 } ? [.. times.Select(static n => (long)n)] : null;
}

/// <summary>Nanoseconds.</summary>
public sealed class EventCpuUsage : OciObject
{
    public ulong? Total;

    /// <summary>v1 only.</summary>
    public List<long>? PerCpu;
    public List<long>? PerCpuKernel;
    public List<long>? PerCpuUser;
    public ulong? Kernel;
    public ulong? User;

    public override void Map(JsonMap map)
    {
        map.Number("total", ref Total);
        map.Numbers("percpu", ref PerCpu);
        map.Numbers("percpu_kernel", ref PerCpuKernel);
        map.Numbers("percpu_user", ref PerCpuUser);
        map.Number("kernel", ref Kernel);
        map.Number("user", ref User);
    }
}

/// <summary>Periods in which a quota was in force, those in which it was used up, and nanoseconds held back.</summary>
public sealed class EventThrottling : OciObject
{
    public ulong? Periods;
    public ulong? ThrottledPeriods;
    public ulong? ThrottledTime;

    public override void Map(JsonMap map)
    {
        map.Number("periods", ref Periods);
        map.Number("throttledPeriods", ref ThrottledPeriods);
        map.Number("throttledTime", ref ThrottledTime);
    }
}
