using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>The share of a block device's time that a container gets beside others.</summary>
public sealed class WeightDevice : OciObject
{
    /// <summary>Absolute, on the host.</summary>
    public string? Path;

    /// <summary>10 to 1000.</summary>
    public uint Weight;

    public override void Map(JsonMap map)
    {
        map.RequiredText("Path", ref Path);
        map.Number("Weight", ref Weight);
    }
}

/// <summary>The most that a container may read from or write to a block device.</summary>
public sealed class ThrottleDevice : OciObject
{
    /// <summary>Absolute, on the host.</summary>
    public string? Path;

    /// <summary>Bytes or operations a second; 0: no limit.</summary>
    public ulong? Rate;

    public override void Map(JsonMap map)
    {
        map.RequiredText("Path", ref Path);
        map.Number("Rate", ref Rate);
    }
}
