using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>What the runtime keeps of a container: <c>state.json</c> in its directory below the runtime's root.</summary>
public sealed class ContainerState : OciObject
{
    public string? ID;
    public string? OciVersion;
    public string? Bundle;
    public string? Rootfs;

    /// <summary>0 while the container is being created.</summary>
    public int Pid;

    /// <summary>When the process started, in clock ticks since boot: tells it from a later one with the same pid. /proc/PID/stat, field 22.</summary>
    public long PidStartTime;

    /// <summary>RFC 3339, UTC.</summary>
    public string? Created;
    public string? Owner;

    /// <summary>Controller to directory; written before the directories are made.</summary>
    public Dictionary<string, string>? CgroupPaths;
    public Dictionary<string, string>? Annotations;

    public override void Map(JsonMap map)
    {
        map.RequiredText("id", ref ID);
        map.RequiredText("ociVersion", ref OciVersion);
        map.RequiredText("bundle", ref Bundle);
        map.RequiredText("rootfs", ref Rootfs);
        map.Number("pid", ref Pid);
        map.Number("pidStartTime", ref PidStartTime);
        map.Text("created", ref Created);
        map.Text("owner", ref Owner);
        map.TextMap("cgroupPaths", ref CgroupPaths);
        map.TextMap("annotations", ref Annotations);
    }
}
