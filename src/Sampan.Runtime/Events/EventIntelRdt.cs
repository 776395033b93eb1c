using System.Globalization;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>
/// What resctrl knows of a container, in runc's form; empty for one without <c>linux.intelRdt</c>:
/// <see href="https://docs.kernel.org/filesystems/resctrl.html">Documentation/filesystems/resctrl.rst</see>.
/// </summary>
public sealed class EventIntelRdt : OciObject
{
    public EventCacheInfo? CacheInfo;

    /// <summary>Shares of the cache, and of memory bandwidth: of the root, and of the container's class.</summary>
    public string? CacheSchemaRoot, CacheSchema;
    public EventBandwidthInfo? BandwidthInfo;
    public string? BandwidthSchemaRoot, BandwidthSchema;

    /// <summary>All lines of the class.</summary>
    public List<string>? Schemata;

    /// <summary>By cache; null where the processor does not count.</summary>
    public List<EventBandwidth>? Bandwidth;
    public List<EventOccupancy>? Occupancy;

    public override void Map(JsonMap map)
    {
        map.Object("l3_cache_info", ref CacheInfo);
        map.Text("l3_cache_schema_root", ref CacheSchemaRoot);
        map.Text("l3_cache_schema", ref CacheSchema);
        map.Object("mem_bw_info", ref BandwidthInfo);
        map.Text("mem_bw_schema_root", ref BandwidthSchemaRoot);
        map.Text("mem_bw_schema", ref BandwidthSchema);
        map.Texts("schemata", ref Schemata);
        map.Objects("mbm_stats", ref Bandwidth);
        map.Objects("cmt_stats", ref Occupancy);
    }

    /// <param name="root">Where resctrl is mounted; null: nowhere any more.</param>
    public static EventIntelRdt Of(LinuxIntelRdt? rdt, string id, string? root)
    {
        if (rdt is null || root is null)
            return new EventIntelRdt();
        string clos = ResctrlSteps.Class(rdt, id, root), monitored = $"{ResctrlSteps.Monitor(rdt, id, root) ?? clos}/mon_data";
        var whole = Lines($"{root}/schemata");
        var schemata = Lines($"{clos}/schemata");
        var stats = new EventIntelRdt { Schemata = schemata };
        if (EventCacheInfo.Of($"{root}/info/L3") is { } cache)
            (stats.CacheInfo, stats.CacheSchemaRoot, stats.CacheSchema) = (cache, Line(whole, "L3"), Line(schemata, "L3"));
        if (EventBandwidthInfo.Of($"{root}/info/MB") is { } bandwidth)
            (stats.BandwidthInfo, stats.BandwidthSchemaRoot, stats.BandwidthSchema) = (bandwidth, Line(whole, "MB"), Line(schemata, "MB"));
        string features = SmallFile.ReadIfExists($"{root}/info/L3_MON/mon_features") ?? "";
        var caches = Directories.NamesIfExists(monitored) ?? [];
        caches.Sort(StringComparer.Ordinal);
        if (features.Contains("mbm_", StringComparison.Ordinal))
            stats.Bandwidth = caches.ConvertAll(name => new EventBandwidth { Total = Number($"{monitored}/{name}/mbm_total_bytes"), Local = Number($"{monitored}/{name}/mbm_local_bytes") });
        if (features.Contains("llc_occupancy", StringComparison.Ordinal))
            stats.Occupancy = caches.ConvertAll(name => new EventOccupancy { Bytes = Number($"{monitored}/{name}/llc_occupancy") });
        return stats;
    }

    private static List<string> Lines(string file) => [.. (SmallFile.ReadIfExists(file) ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    private static string? Line(List<string> schemata, string name) => schemata.Find(line => line.StartsWith(name, StringComparison.Ordinal));

    /// <summary>What is not to be had, as "Unavailable", is 0.</summary>
    internal static ulong Number(string file) => ulong.TryParse(SmallFile.ReadIfExists(file)?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : 0;
}

public sealed class EventCacheInfo : OciObject
{
    public string? Mask;
    public ulong? LeastBits, Classes;

    public override void Map(JsonMap map)
    {
        map.Text("cbm_mask", ref Mask);
        map.Number("min_cbm_bits", ref LeastBits);
        map.Number("num_closids", ref Classes);
    }

    internal static EventCacheInfo? Of(string directory) => SmallFile.ReadIfExists($"{directory}/cbm_mask")?.Trim() is not { } mask ? null : new()
    {
        Mask = mask, LeastBits = EventData.NotZero(EventIntelRdt.Number($"{directory}/min_cbm_bits")), Classes = EventData.NotZero(EventIntelRdt.Number($"{directory}/num_closids")),
    };
}

/// <summary>Percent, but of the number of classes and of whether steps are even.</summary>
public sealed class EventBandwidthInfo : OciObject
{
    private static readonly string[] Names = ["bandwidth_gran", "delay_linear", "min_bandwidth", "num_closids"];

    private readonly ulong?[] _values = new ulong?[Names.Length];

    public override void Map(JsonMap map)
    {
        for (int i = 0; i < Names.Length; i++)
            map.Number(Names[i], ref _values[i]);
    }

    internal static EventBandwidthInfo? Of(string directory)
    {
        if (SmallFile.ReadIfExists($"{directory}/{Names[0]}") is null)
            return null;
        var info = new EventBandwidthInfo();
        for (int i = 0; i < Names.Length; i++)
            info._values[i] = EventData.NotZero(EventIntelRdt.Number($"{directory}/{Names[i]}"));
        return info;
    }
}

/// <summary>Bytes to and from memory through one cache.</summary>
public sealed class EventBandwidth : OciObject
{
    public ulong? Total, Local;

    public override void Map(JsonMap map)
    {
        map.Number("mbm_total_bytes", ref Total);
        map.Number("mbm_local_bytes", ref Local);
    }
}

/// <summary>Bytes held in one cache.</summary>
public sealed class EventOccupancy : OciObject
{
    public ulong? Bytes;

    public override void Map(JsonMap map) => map.Number("llc_occupancy", ref Bytes);
}
