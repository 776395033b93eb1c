using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>What the engine knows of a container that does not change by itself: container.json.</summary>
/// <remarks>Whether it runs is never written here: that is asked of the kernel (<see cref="ContainerStatus"/>).</remarks>
public sealed class ContainerRecord : OciObject
{
    /// <summary>Of this format.</summary>
    public const int CurrentVersion = 1;

    public int Version = CurrentVersion;

    /// <summary>64 hexadecimal digits.</summary>
    public string? Id;
    public string? Name;

    /// <summary>RFC 3339.</summary>
    public string? Created;

    /// <summary>The image's id, a digest; empty: made from a directory.</summary>
    public string? ImageId;

    /// <summary>Storage driver: <c>overlay</c>, <c>copy</c>, or <c>directory</c>, a tree of the host's as it is.</summary>
    public string? Driver;

    /// <summary>Program and arguments, after the image's defaults.</summary>
    public List<string>? Command;

    /// <summary>The user's wishes over the image's defaults.</summary>
    public ContainerSettings? Config;
    public HostConfig? HostConfig;
    public List<MountPoint>? Mounts;

    /// <summary>Directories of the image's layers, topmost first.</summary>
    public List<string>? Layers;

    /// <summary>The mount that makes the root file system; null when <c>rootfs</c> is the tree itself.</summary>
    public Mount? RootMount;

    /// <summary>What the container writes is thrown away before each start.</summary>
    public bool Ephemeral;

    /// <summary>First id of the host that the container's ids are mapped to, and how many; none: no user namespace.</summary>
    public List<LinuxIdMapping>? IdMappings;

    /// <summary>A start was intended, so a container that neither runs nor has an exit record was cut short.</summary>
    public bool Started;

    /// <summary>Why the last start failed.</summary>
    public string? StartError;

    /// <summary>The exit code that failure stands for: 125, 126 or 127.</summary>
    public int StartExitCode;

    /// <summary>Not on disk: made by this process, to be started at once.</summary>
    internal bool IsNew;

    public string ShortId => Id![..12];

    public override void Map(JsonMap map)
    {
        map.Number("version", ref Version);
        if (map.Reading && Version != CurrentVersion)
            map.Fail("version", $"this sampan knows version {CurrentVersion}, not {Version}");
        map.RequiredText("id", ref Id);
        map.RequiredText("name", ref Name);
        map.RequiredText("created", ref Created);
        map.RequiredText("imageId", ref ImageId);
        map.RequiredText("driver", ref Driver);
        map.Flag("started", ref Started);
        map.Text("startError", ref StartError);
        map.Number("startExitCode", ref StartExitCode);
        map.Texts("command", ref Command);
        map.Object("config", ref Config);
        map.Object("hostConfig", ref HostConfig);
        map.Objects("mounts", ref Mounts);
        map.Texts("layers", ref Layers);
        map.Object("rootMount", ref RootMount);
        map.Flag("ephemeral", ref Ephemeral);
        map.Objects("idMappings", ref IdMappings);
        if (!map.Reading)
            return;
        if (Config is null)
            map.Fail("config", "missing");
        if (HostConfig is null)
            map.Fail("hostConfig", "missing");
        Command ??= [];
        Mounts ??= [];
        Layers ??= [];
    }
}
