namespace Sampan.Oci;

/// <summary><see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md">runtime-spec 1.3, config-linux.md</see>.</summary>
public sealed class LinuxSpec : OciObject
{
    public List<LinuxDevice>? Devices;
    public Dictionary<string, LinuxNetDevice>? NetDevices;
    public List<LinuxIdMapping>? UidMappings;
    public List<LinuxIdMapping>? GidMappings;
    public Dictionary<string, string>? Sysctl;
    public string? CgroupsPath;
    public LinuxResources? Resources;
    public string? RootfsPropagation;
    public LinuxSeccomp? Seccomp;
    public List<LinuxNamespace>? Namespaces;
    public List<string>? MaskedPaths;
    public List<string>? ReadonlyPaths;
    public string? MountLabel;
    public LinuxIntelRdt? IntelRdt;
    public LinuxMemoryPolicy? MemoryPolicy;
    public LinuxPersonality? Personality;
    public Dictionary<string, LinuxTimeOffset>? TimeOffsets;

    public override void Map(JsonMap map)
    {
        map.Objects("devices", ref Devices);
        map.ObjectMap("netDevices", ref NetDevices);
        map.Objects("uidMappings", ref UidMappings);
        map.Objects("gidMappings", ref GidMappings);
        map.TextMap("sysctl", ref Sysctl);
        map.Text("cgroupsPath", ref CgroupsPath);
        map.Object("resources", ref Resources);
        map.Text("rootfsPropagation", ref RootfsPropagation);
        map.Object("seccomp", ref Seccomp);
        map.Objects("namespaces", ref Namespaces);
        map.Texts("maskedPaths", ref MaskedPaths);
        map.Texts("readonlyPaths", ref ReadonlyPaths);
        map.Text("mountLabel", ref MountLabel);
        map.Object("intelRdt", ref IntelRdt);
        map.Object("memoryPolicy", ref MemoryPolicy);
        map.Object("personality", ref Personality);
        map.ObjectMap("timeOffsets", ref TimeOffsets);
    }
}

public sealed class LinuxNamespace : OciObject
{
    /// <summary>pid, network, mount, ipc, uts, user, cgroup or time.</summary>
    public string? Type;

    /// <summary>An existing namespace to join; null: a new one.</summary>
    public string? Path;

    public override void Map(JsonMap map)
    {
        map.RequiredText("type", ref Type);
        map.Text("path", ref Path);
    }
}

public sealed class LinuxIdMapping : OciObject
{
    public uint ContainerID;
    public uint HostID;
    public uint Size;

    public override void Map(JsonMap map)
    {
        map.Number("containerID", ref ContainerID);
        map.Number("hostID", ref HostID);
        map.Number("size", ref Size);
    }
}

public sealed class LinuxDevice : OciObject
{
    public string? Path;

    /// <summary>c, b, u or p, as mknod(1) has them.</summary>
    public string? Type;
    public long Major;
    public long Minor;
    public uint? FileMode;
    public uint? Uid;
    public uint? Gid;

    public override void Map(JsonMap map)
    {
        map.RequiredText("path", ref Path);
        map.RequiredText("type", ref Type);
        map.Number("major", ref Major);
        map.Number("minor", ref Minor);
        map.Number("fileMode", ref FileMode);
        map.Number("uid", ref Uid);
        map.Number("gid", ref Gid);
        // A number that is missing is not 0: that would be another device.
        foreach (string name in (string[])["major", "minor"])
        {
            if (map.Reading && Type != "p" && !map.Has(name))
                map.Fail(name, "missing");
        }
    }
}

public sealed class LinuxNetDevice : OciObject
{
    public string? Name;

    public override void Map(JsonMap map) => map.Text("name", ref Name);
}

public sealed class LinuxIntelRdt : OciObject
{
    public string? ClosID;
    public List<string>? Schemata;
    public string? L3CacheSchema;
    public string? MemBwSchema;
    public bool EnableMonitoring;

    public override void Map(JsonMap map)
    {
        map.Text("closID", ref ClosID);
        map.Texts("schemata", ref Schemata);
        map.Text("l3CacheSchema", ref L3CacheSchema);
        map.Text("memBwSchema", ref MemBwSchema);
        map.Flag("enableMonitoring", ref EnableMonitoring);
    }
}

public sealed class LinuxMemoryPolicy : OciObject
{
    public string? Mode;
    public string? Nodes;
    public List<string>? Flags;

    public override void Map(JsonMap map)
    {
        map.Text("mode", ref Mode);
        map.Text("nodes", ref Nodes);
        map.Texts("flags", ref Flags);
    }
}

public sealed class LinuxPersonality : OciObject
{
    public string? Domain;
    public List<string>? Flags;

    public override void Map(JsonMap map)
    {
        map.RequiredText("domain", ref Domain);
        map.Texts("flags", ref Flags);
    }
}

public sealed class LinuxTimeOffset : OciObject
{
    public long Secs;
    public uint Nanosecs;

    public override void Map(JsonMap map)
    {
        map.Number("secs", ref Secs);
        map.Number("nanosecs", ref Nanosecs);
    }
}
