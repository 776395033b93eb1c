namespace Sampan.Oci;

/// <summary>The image itself: image-spec 1.1, config.md. Its digest is the image's id.</summary>
public sealed class ImageConfig : OciObject
{
    /// <summary>RFC 3339.</summary>
    public string? Created;
    public string? Author;
    public string? Architecture;
    public string? Os;
    public string? OsVersion;
    public string? Variant;
    public ContainerConfig? Config;
    public RootFs? RootFs;
    public List<History>? History;
    public string? Comment;

    public override void Map(JsonMap map)
    {
        map.Text("created", ref Created);
        map.Text("author", ref Author);
        map.Text("architecture", ref Architecture);
        map.Text("os", ref Os);
        map.Text("os.version", ref OsVersion);
        map.Text("variant", ref Variant);
        map.Text("comment", ref Comment);
        map.Object("config", ref Config);
        map.Object("rootfs", ref RootFs);
        map.Objects("history", ref History);
        if (map.Reading && RootFs is null)
            map.Fail("rootfs", "missing");
    }
}

/// <summary>config.md, "config": what a container of the image runs by default. Names as Docker's API has them too.</summary>
public sealed class ContainerConfig : OciObject
{
    public string? User;
    public SortedSet<string>? ExposedPorts;
    public List<string>? Env;
    public List<string>? Entrypoint;
    public List<string>? Cmd;
    public SortedSet<string>? Volumes;
    public string? WorkingDir;
    public Dictionary<string, string>? Labels;
    public string? StopSignal;

    /// <summary>Docker's extension: seconds.</summary>
    public int? StopTimeout;
    public List<string>? Shell;
    public List<string>? OnBuild;
    public bool ArgsEscaped;
    public HealthConfig? Healthcheck;

    public override void Map(JsonMap map)
    {
        map.Text("User", ref User);
        map.KeySet("ExposedPorts", ref ExposedPorts);
        map.Texts("Env", ref Env);
        map.Texts("Entrypoint", ref Entrypoint);
        map.Texts("Cmd", ref Cmd);
        map.Object("Healthcheck", ref Healthcheck);
        map.Flag("ArgsEscaped", ref ArgsEscaped);
        map.KeySet("Volumes", ref Volumes);
        map.Text("WorkingDir", ref WorkingDir);
        map.Texts("OnBuild", ref OnBuild);
        map.TextMap("Labels", ref Labels);
        map.Text("StopSignal", ref StopSignal);
        map.Number("StopTimeout", ref StopTimeout);
        map.Texts("Shell", ref Shell);
    }
}

/// <summary>Docker image specification 1.2, "Healthcheck"; times in nanoseconds, 0: inherited.</summary>
public sealed class HealthConfig : OciObject
{
    public List<string>? Test;
    public long Interval;
    public long Timeout;
    public long StartPeriod;
    public long StartInterval;
    public int Retries;

    public override void Map(JsonMap map)
    {
        map.Texts("Test", ref Test);
        map.Number("Interval", ref Interval);
        map.Number("Timeout", ref Timeout);
        map.Number("StartPeriod", ref StartPeriod);
        map.Number("StartInterval", ref StartInterval);
        map.Number("Retries", ref Retries);
    }
}

/// <summary>config.md, "rootfs".</summary>
public sealed class RootFs : OciObject
{
    public string? Type = "layers";

    /// <summary>Digests of the uncompressed layers, lowest first.</summary>
    public List<string>? DiffIds;

    public override void Map(JsonMap map)
    {
        map.RequiredText("type", ref Type);
        DiffIds ??= [];
        map.Texts("diff_ids", ref DiffIds!);
        if (!map.Reading)
            return;
        if (Type != "layers")
            map.Fail("type", "want \"layers\"");
        for (int i = 0; i < DiffIds!.Count; i++)
            if (!Digest.TryParse(DiffIds[i], out _))
                map.Fail($"diff_ids[{i}]", "want sha256: and 64 lower-case hexadecimal digits");
    }
}

/// <summary>config.md, "history": one step that made the image, lowest first.</summary>
public sealed class History : OciObject
{
    public string? Created;
    public string? CreatedBy;
    public string? Author;
    public string? Comment;

    /// <summary>The step made no layer.</summary>
    public bool EmptyLayer;

    public override void Map(JsonMap map)
    {
        map.Text("created", ref Created);
        map.Text("created_by", ref CreatedBy);
        map.Text("author", ref Author);
        map.Text("comment", ref Comment);
        map.Flag("empty_layer", ref EmptyLayer);
    }
}
