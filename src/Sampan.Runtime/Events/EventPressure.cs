using Sampan.Cgroups;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>How long processes waited for a resource, of which v2 keeps account; left out elsewhere.</summary>
public sealed class EventPressure : OciObject
{
    public EventPressureShare? Some;
    public EventPressureShare? Full;

    public override void Map(JsonMap map)
    {
        map.Object("some", ref Some);
        map.Object("full", ref Full);
    }

    internal static EventPressure? Of(PressureStats? stats) => stats is null ? null : new()
    {
        Some = EventPressureShare.Of(stats.Some), Full = stats.Full is { } full ? EventPressureShare.Of(full) : null,
    };
}

/// <summary>Percent of the last 10, 60 and 300 seconds, and microseconds altogether.</summary>
public sealed class EventPressureShare : OciObject
{
    public decimal? Last10, Last60, Last300;
    public ulong? Total;

    public override void Map(JsonMap map)
    {
        map.Number("avg10", ref Last10);
        map.Number("avg60", ref Last60);
        map.Number("avg300", ref Last300);
        map.Number("total", ref Total);
    }

    internal static EventPressureShare Of(Pressure pressure) => new() { Last10 = pressure.Last10, Last60 = pressure.Last60, Last300 = pressure.Last300, Total = pressure.Total };
}
