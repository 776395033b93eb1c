using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>A volume or a directory of the host in a container, as "Mounts" of inspect shows it.</summary>
public sealed class MountPoint : OciObject
{
    /// <summary><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</summary>
    public string? Type;

    /// <summary>Of the volume.</summary>
    public string? Name;

    /// <summary>Absolute, on the host; empty for a tmpfs.</summary>
    public string? Source;

    /// <summary>Absolute, in the container.</summary>
    public string? Destination;

    /// <summary>The options as they were written.</summary>
    public string? Mode;
    public bool Writable = true;

    /// <summary>Such as <c>rprivate</c>.</summary>
    public string? Propagation;

    public override void Map(JsonMap map)
    {
        map.RequiredText("Type", ref Type);
        map.Text("Name", ref Name);
        map.RequiredText("Source", ref Source);
        map.RequiredText("Destination", ref Destination);
        map.Always("Mode", ref Mode);
        map.Always("RW", ref Writable);
        map.Always("Propagation", ref Propagation);
    }
}
