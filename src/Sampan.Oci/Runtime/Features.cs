namespace Sampan.Oci;

/// <summary>What a runtime knows, whatever the host: <see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/features.md">runtime-spec 1.3, features.md</see>.</summary>
/// <remarks>null is unknown, not false and not empty.</remarks>
public sealed class Features : OciObject
{
    public string? OciVersionMin;
    public string? OciVersionMax;
    public List<string>? Hooks;
    public List<string>? MountOptions;
    public LinuxFeatures? Linux;
    public Dictionary<string, string>? Annotations;
    public List<string>? PotentiallyUnsafeConfigAnnotations;

    public override void Map(JsonMap map)
    {
        map.RequiredText("ociVersionMin", ref OciVersionMin);
        map.RequiredText("ociVersionMax", ref OciVersionMax);
        map.Texts("hooks", ref Hooks);
        map.Texts("mountOptions", ref MountOptions);
        map.Object("linux", ref Linux);
        map.TextMap("annotations", ref Annotations);
        map.Texts("potentiallyUnsafeConfigAnnotations", ref PotentiallyUnsafeConfigAnnotations);
    }
}

/// <summary>runtime-spec 1.3, features-linux.md.</summary>
public sealed class LinuxFeatures : OciObject
{
    public List<string>? Namespaces;
    public List<string>? Capabilities;
    public CgroupFeatures? Cgroup;
    public SeccompFeatures? Seccomp;
    public EnabledFeature? Apparmor;
    public EnabledFeature? Selinux;
    public IntelRdtFeatures? IntelRdt;
    public MemoryPolicyFeatures? MemoryPolicy;
    public MountExtensions? MountExtensions;
    public EnabledFeature? NetDevices;

    public override void Map(JsonMap map)
    {
        map.Texts("namespaces", ref Namespaces);
        map.Texts("capabilities", ref Capabilities);
        map.Object("cgroup", ref Cgroup);
        map.Object("seccomp", ref Seccomp);
        map.Object("apparmor", ref Apparmor);
        map.Object("selinux", ref Selinux);
        map.Object("intelRdt", ref IntelRdt);
        map.Object("memoryPolicy", ref MemoryPolicy);
        map.Object("mountExtensions", ref MountExtensions);
        map.Object("netDevices", ref NetDevices);
    }
}

public sealed class CgroupFeatures : OciObject
{
    public bool? V1;
    public bool? V2;

    /// <summary>By systemd's manager of the system, and by that of a user.</summary>
    public bool? Systemd;
    public bool? SystemdUser;
    public bool? Rdma;

    public override void Map(JsonMap map)
    {
        map.Flag("v1", ref V1);
        map.Flag("v2", ref V2);
        map.Flag("systemd", ref Systemd);
        map.Flag("systemdUser", ref SystemdUser);
        map.Flag("rdma", ref Rdma);
    }
}

public sealed class SeccompFeatures : OciObject
{
    public bool? Enabled;
    public List<string>? Actions;
    public List<string>? Operators;
    public List<string>? Archs;
    public List<string>? KnownFlags;
    public List<string>? SupportedFlags;

    public override void Map(JsonMap map)
    {
        map.Flag("enabled", ref Enabled);
        map.Texts("actions", ref Actions);
        map.Texts("operators", ref Operators);
        map.Texts("archs", ref Archs);
        map.Texts("knownFlags", ref KnownFlags);
        map.Texts("supportedFlags", ref SupportedFlags);
    }
}

public sealed class IntelRdtFeatures : OciObject
{
    public bool? Enabled;
    public bool? Schemata;
    public bool? Monitoring;

    public override void Map(JsonMap map)
    {
        map.Flag("enabled", ref Enabled);
        map.Flag("schemata", ref Schemata);
        map.Flag("monitoring", ref Monitoring);
    }
}

public sealed class MemoryPolicyFeatures : OciObject
{
    public List<string>? Modes;
    public List<string>? Flags;

    public override void Map(JsonMap map)
    {
        map.Texts("modes", ref Modes);
        map.Texts("flags", ref Flags);
    }
}

public sealed class MountExtensions : OciObject
{
    /// <summary>Id-mapped mounts.</summary>
    public EnabledFeature? Idmap;

    public override void Map(JsonMap map) => map.Object("idmap", ref Idmap);
}

public sealed class EnabledFeature : OciObject
{
    public bool? Enabled;

    public override void Map(JsonMap map) => map.Flag("enabled", ref Enabled);
}
