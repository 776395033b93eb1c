namespace Sampan.Oci;

/// <summary>config.json of a bundle: <see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md">runtime-spec 1.3, config.md</see>.</summary>
public sealed class Spec : OciObject
{
    public string? OciVersion;
    public Process? Process;
    public Root? Root;
    public string? Hostname;
    public string? Domainname;
    public List<Mount>? Mounts;
    public Hooks? Hooks;
    public Dictionary<string, string>? Annotations;
    public LinuxSpec? Linux;

    public override void Map(JsonMap map)
    {
        map.RequiredText("ociVersion", ref OciVersion);
        map.Object("process", ref Process);
        map.Object("root", ref Root);
        map.Text("hostname", ref Hostname);
        map.Text("domainname", ref Domainname);
        map.Objects("mounts", ref Mounts);
        map.Object("hooks", ref Hooks);
        map.TextMap("annotations", ref Annotations);
        map.Object("linux", ref Linux);
    }
}

/// <summary>config.md, "Root".</summary>
public sealed class Root : OciObject
{
    /// <summary>Absolute, or relative to the bundle.</summary>
    public string? Path;
    public bool Readonly;

    public override void Map(JsonMap map)
    {
        map.RequiredText("path", ref Path);
        map.Flag("readonly", ref Readonly);
    }
}

/// <summary>config.md, "Mounts". A destination of <c>/</c> is a Sampan extension: the mount becomes the root file system itself.</summary>
public sealed class Mount : OciObject
{
    public string? Destination;
    public string? Type;
    public string? Source;
    public List<string>? Options;
    public List<LinuxIdMapping>? UidMappings;
    public List<LinuxIdMapping>? GidMappings;

    public override void Map(JsonMap map)
    {
        map.RequiredText("destination", ref Destination);
        map.Text("type", ref Type);
        map.Text("source", ref Source);
        map.Texts("options", ref Options);
        map.Objects("uidMappings", ref UidMappings);
        map.Objects("gidMappings", ref GidMappings);
    }
}

/// <summary>config.md, "POSIX-platform Hooks".</summary>
public sealed class Hooks : OciObject
{
    public List<Hook>? Prestart;
    public List<Hook>? CreateRuntime;
    public List<Hook>? CreateContainer;
    public List<Hook>? StartContainer;
    public List<Hook>? Poststart;
    public List<Hook>? Poststop;

    public override void Map(JsonMap map)
    {
        map.Objects("prestart", ref Prestart);
        map.Objects("createRuntime", ref CreateRuntime);
        map.Objects("createContainer", ref CreateContainer);
        map.Objects("startContainer", ref StartContainer);
        map.Objects("poststart", ref Poststart);
        map.Objects("poststop", ref Poststop);
    }
}

public sealed class Hook : OciObject
{
    /// <summary>Absolute path in the runtime's mount namespace.</summary>
    public string? Path;
    public List<string>? Args;
    public List<string>? Env;

    /// <summary>Seconds; null: no limit.</summary>
    public int? Timeout;

    public override void Map(JsonMap map)
    {
        map.RequiredText("path", ref Path);
        map.Texts("args", ref Args);
        map.Texts("env", ref Env);
        map.Number("timeout", ref Timeout);
        if (map.Reading && Timeout <= 0)
            map.Fail("timeout", "must be greater than 0");
    }
}
