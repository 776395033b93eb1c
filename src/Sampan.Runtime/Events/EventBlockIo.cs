using Sampan.Cgroups;
using Sampan.Oci;

namespace Sampan.Runtime;

public sealed class EventBlockIo : OciObject
{
    /// <summary>Bytes.</summary>
    public List<EventBlockIoEntry>? Bytes;

    /// <summary>Operations.</summary>
    public List<EventBlockIoEntry>? Operations;

    public EventPressure? Pressure;

    public override void Map(JsonMap map)
    {
        map.Objects("ioServiceBytesRecursive", ref Bytes);
        map.Objects("ioServicedRecursive", ref Operations);
        map.Object("psi", ref Pressure);
    }

    internal static EventBlockIo Of(List<BlockIoEntry> entries, PressureStats? pressure) => new()
    {
        Bytes = entries.Count == 0 ? null : [.. entries.SelectMany(static e => Pair(e, e.ReadBytes, e.WriteBytes))],
        Operations = entries.Count == 0 ? null : [.. entries.SelectMany(static e => Pair(e, e.Reads, e.Writes))],
        Pressure = EventPressure.Of(pressure),
    };

    private static EventBlockIoEntry[] Pair(BlockIoEntry device, ulong read, ulong write) =>
    [
        new() { Major = device.Major, Minor = device.Minor, Op = "Read", Value = EventData.NotZero(read) },
        new() { Major = device.Major, Minor = device.Minor, Op = "Write", Value = EventData.NotZero(write) },
    ];
}

public sealed class EventBlockIoEntry : OciObject
{
    public uint Major;
    public uint Minor;

    /// <summary>Read or Write.</summary>
    public string? Op;
    public ulong? Value;

    public override void Map(JsonMap map)
    {
        map.Number("major", ref Major);
        map.Number("minor", ref Minor);
        map.Text("op", ref Op);
        map.Number("value", ref Value);
    }
}
