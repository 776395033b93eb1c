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

    /// <summary>The container's first process; null while there is none. In a file of its own, written once.</summary>
    public ProcessIdentity? Process;

    /// <summary>0 while there is no process.</summary>
    public int Pid => Process?.Pid ?? 0;

    /// <summary>RFC 3339, UTC.</summary>
    public string? Created;
    public string? Owner;

    /// <summary>Controller to directory; written before the directories are made.</summary>
    public Dictionary<string, string>? CgroupPaths;

    /// <summary>The unit that systemd has made of the cgroup; null where it is the runtime's own.</summary>
    public string? SystemdUnit;

    /// <summary>The bus of the user whose systemd has the unit; null: the system's has it.</summary>
    public string? SystemdBus;

    /// <summary>Whether who made it may be unable to put processes into its cgroups: see <see cref="CreateOptions.Rootless"/>.</summary>
    public bool Rootless;

    /// <summary>Whether there are hooks to run once the container is gone: else its configuration need not be read for that.</summary>
    public bool HasPoststop;

    /// <summary>Directories of resctrl that go with the container.</summary>
    public List<string>? ResctrlGroups;
    public Dictionary<string, string>? Annotations;

    public override void Map(JsonMap map)
    {
        map.RequiredText("id", ref ID);
        map.RequiredText("ociVersion", ref OciVersion);
        map.RequiredText("bundle", ref Bundle);
        map.RequiredText("rootfs", ref Rootfs);
        map.Text("created", ref Created);
        map.Text("owner", ref Owner);
        map.TextMap("cgroupPaths", ref CgroupPaths);
        map.Text("systemdUnit", ref SystemdUnit);
        map.Text("systemdBus", ref SystemdBus);
        map.Texts("resctrlGroups", ref ResctrlGroups);
        map.Flag("rootless", ref Rootless);
        map.Flag("hasPoststop", ref HasPoststop);
        map.TextMap("annotations", ref Annotations);
    }
}
