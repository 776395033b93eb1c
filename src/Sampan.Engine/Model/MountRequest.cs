using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>One <c>--mount</c>: "Mounts" of HostConfig in Docker's API, field for field.</summary>
public sealed class MountRequest : OciObject
{
    /// <summary><c>bind</c> or <c>tmpfs</c>.</summary>
    public string? Type;
    public string? Source;
    public string? Target;
    public bool ReadOnly;

    /// <summary>Accepted, and of no meaning on Linux.</summary>
    public string? Consistency;
    public BindOptions? Bind;
    public TmpfsOptions? Tmpfs;

    public override void Map(JsonMap map)
    {
        map.Text("Type", ref Type);
        map.Text("Source", ref Source);
        map.Text("Target", ref Target);
        map.Flag("ReadOnly", ref ReadOnly);
        map.Text("Consistency", ref Consistency);
        map.Object("BindOptions", ref Bind);
        map.Object("TmpfsOptions", ref Tmpfs);
    }
}

/// <summary>What can be said of a directory of the host.</summary>
public sealed class BindOptions : OciObject
{
    /// <summary>Such as <c>rslave</c>; null: <c>rprivate</c>.</summary>
    public string? Propagation;

    /// <summary>What is mounted below the source stays out.</summary>
    public bool NonRecursive;

    /// <summary>A source that is missing becomes a directory.</summary>
    public bool CreateMountpoint;

    /// <summary>Read-only is the source alone, and not what is mounted below it.</summary>
    public bool ReadOnlyNonRecursive;

    /// <summary>Read-only with all that is mounted below: here it always is, unless <see cref="ReadOnlyNonRecursive"/>.</summary>
    public bool ReadOnlyForceRecursive;

    public override void Map(JsonMap map)
    {
        map.Text("Propagation", ref Propagation);
        map.Flag("NonRecursive", ref NonRecursive);
        map.Flag("CreateMountpoint", ref CreateMountpoint);
        map.Flag("ReadOnlyNonRecursive", ref ReadOnlyNonRecursive);
        map.Flag("ReadOnlyForceRecursive", ref ReadOnlyForceRecursive);
    }
}

/// <summary>What can be said of a file system in memory.</summary>
public sealed class TmpfsOptions : OciObject
{
    /// <summary>Bytes; null: half of the machine's memory, as the kernel has it.</summary>
    public long? SizeBytes;

    /// <summary>Permissions of its root; null: 1777 (octal).</summary>
    public uint? Mode;

    public override void Map(JsonMap map)
    {
        map.Number("SizeBytes", ref SizeBytes);
        map.Number("Mode", ref Mode);
    }
}
