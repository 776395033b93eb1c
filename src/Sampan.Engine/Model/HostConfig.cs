using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>How this host runs a container: "HostConfig" of Docker's API, field for field, and <c>UsernsMode</c> with more to say.</summary>
public sealed class HostConfig : OciObject
{
    /// <summary><c>source:destination[:options]</c>, the source a path or the name of a volume.</summary>
    public List<string>? Binds;

    /// <summary>Each one <c>--mount</c>.</summary>
    public List<MountRequest>? Mounts;

    /// <summary><c>none</c>, <c>host</c>, <c>container:ID</c>, or empty: a network namespace with loopback alone.</summary>
    public string? NetworkMode;

    /// <summary>The container is removed once it has exited.</summary>
    public bool AutoRemove;

    /// <summary>The first process is ours: it reaps and passes signals on.</summary>
    public bool? Init;

    /// <summary>null: a container that has ended is left at that.</summary>
    public RestartSetting? RestartPolicy;

    /// <summary>null: local, without limits.</summary>
    public LogSetting? LogConfig;

    /// <summary>Podman's: seconds after which the container is killed; null: it may run for ever.</summary>
    public int? Timeout;
    public List<string>? CapAdd;
    public List<string>? CapDrop;

    /// <summary>Empty or <c>private</c>: its own; <c>shareable</c>: that others may join; <c>none</c>: its own without /dev/shm; <c>host</c>; <c>container:ID</c>.</summary>
    public string? IpcMode;

    /// <summary>Empty or <c>private</c>, <c>host</c>, or <c>container:ID</c>.</summary>
    public string? PidMode;

    /// <summary><c>host</c> or empty.</summary>
    public string? UTSMode;

    /// <summary><c>host</c> or <c>private</c>; empty: private.</summary>
    public string? CgroupnsMode;

    /// <summary>Empty or <c>host</c>: none; <c>auto</c>: ids of its own; <c>remap</c>: ids shared by all that say so; or <c>container:host:size</c>.</summary>
    public string? UsernsMode;
    public List<string>? GroupAdd;
    public bool Privileged;
    public bool ReadonlyRootfs;

    /// <summary>For the OCI runtime, and hooks that read them.</summary>
    public Dictionary<string, string>? Annotations;

    /// <summary>The program that launches it, as <c>--runtime</c> named it.</summary>
    public string? Runtime;

    /// <summary>Empty or <c>default</c>: Linux knows no other.</summary>
    public string? Isolation;

    /// <summary>The file its id was written to.</summary>
    public string? ContainerIDFile;

    /// <summary><c>no-new-privileges</c>, <c>seccomp=…</c>, <c>apparmor=…</c>, ...</summary>
    public List<string>? SecurityOpt;

    /// <summary>Destination to options.</summary>
    public Dictionary<string, string>? Tmpfs;

    /// <summary>Bytes of /dev/shm; null: 64 MiB.</summary>
    public long? ShmSize;
    public Dictionary<string, string>? Sysctls;
    public List<DeviceMapping>? Devices;

    /// <summary>Each <c>type major:minor access</c>, allowed besides the devices above.</summary>
    public List<string>? DeviceCgroupRules;
    public List<Ulimit>? Ulimits;

    /// <summary>Bytes; null: no limit.</summary>
    public long? Memory;
    public long? MemoryReservation;

    /// <summary>Memory and swap together; -1: no limit; null: twice the memory.</summary>
    public long? MemorySwap;

    /// <summary>0 to 100; null: the parent cgroup's. cgroup v1 alone knows it.</summary>
    public long? MemorySwappiness;

    /// <summary>Its processes wait for memory instead of being killed. cgroup v1 alone knows it.</summary>
    public bool? OomKillDisable;
    public long? CpuShares;

    /// <summary>Billionths of a CPU.</summary>
    public long? NanoCpus;

    /// <summary>Microseconds.</summary>
    public long? CpuPeriod;
    public long? CpuQuota;

    /// <summary>Microseconds, for processes of real-time schedulers. cgroup v1 alone knows it.</summary>
    public long? CpuRealtimePeriod;
    public long? CpuRealtimeRuntime;
    public string? CpusetCpus;
    public string? CpusetMems;

    /// <summary>null: 2048; 0 or -1: no limit.</summary>
    public long? PidsLimit;
    public int? OomScoreAdj;

    /// <summary>10 to 1000.</summary>
    public uint? BlkioWeight;
    public List<WeightDevice>? BlkioWeightDevice;

    /// <summary>Bytes a second.</summary>
    public List<ThrottleDevice>? BlkioDeviceReadBps;
    public List<ThrottleDevice>? BlkioDeviceWriteBps;

    /// <summary>Operations a second.</summary>
    public List<ThrottleDevice>? BlkioDeviceReadIOps;
    public List<ThrottleDevice>? BlkioDeviceWriteIOps;

    /// <summary>The cgroup above the container's own, from the root of the hierarchies; null: <c>sampan</c>.</summary>
    public string? CgroupParent;
    internal Sampan.Runtime.Monitoring.RestartPolicy Restart => RestartPolicy?.Policy ?? default;

    public override void Map(JsonMap map)
    {
        map.Texts("Binds", ref Binds);
        map.Text("ContainerIDFile", ref ContainerIDFile);
        map.Always("NetworkMode", ref NetworkMode);
        map.Object("LogConfig", ref LogConfig);
        map.Object("RestartPolicy", ref RestartPolicy);
        map.Always("AutoRemove", ref AutoRemove);
        map.Number("Timeout", ref Timeout);
        map.Flag("Init", ref Init);
        map.TextMap("Annotations", ref Annotations);
        map.Texts("CapAdd", ref CapAdd);
        map.Texts("CapDrop", ref CapDrop);
        map.Always("CgroupnsMode", ref CgroupnsMode);
        map.Texts("GroupAdd", ref GroupAdd);
        map.Always("IpcMode", ref IpcMode);
        map.Always("PidMode", ref PidMode);
        map.Always("Privileged", ref Privileged);
        map.Always("ReadonlyRootfs", ref ReadonlyRootfs);
        map.Texts("SecurityOpt", ref SecurityOpt);
        map.TextMap("Tmpfs", ref Tmpfs);
        map.Always("UTSMode", ref UTSMode);
        map.Always("UsernsMode", ref UsernsMode);
        map.Number("ShmSize", ref ShmSize);
        map.TextMap("Sysctls", ref Sysctls);
        map.Text("Runtime", ref Runtime);
        map.Text("Isolation", ref Isolation);
        map.Number("CpuShares", ref CpuShares);
        map.Number("Memory", ref Memory);
        map.Number("NanoCpus", ref NanoCpus);
        map.Text("CgroupParent", ref CgroupParent);
        map.Number("BlkioWeight", ref BlkioWeight);
        map.Objects("BlkioWeightDevice", ref BlkioWeightDevice);
        map.Objects("BlkioDeviceReadBps", ref BlkioDeviceReadBps);
        map.Objects("BlkioDeviceWriteBps", ref BlkioDeviceWriteBps);
        map.Objects("BlkioDeviceReadIOps", ref BlkioDeviceReadIOps);
        map.Objects("BlkioDeviceWriteIOps", ref BlkioDeviceWriteIOps);
        map.Number("CpuPeriod", ref CpuPeriod);
        map.Number("CpuQuota", ref CpuQuota);
        map.Number("CpuRealtimePeriod", ref CpuRealtimePeriod);
        map.Number("CpuRealtimeRuntime", ref CpuRealtimeRuntime);
        map.Text("CpusetCpus", ref CpusetCpus);
        map.Text("CpusetMems", ref CpusetMems);
        map.Objects("Devices", ref Devices);
        map.Texts("DeviceCgroupRules", ref DeviceCgroupRules);
        map.Number("MemoryReservation", ref MemoryReservation);
        map.Number("MemorySwap", ref MemorySwap);
        map.Number("MemorySwappiness", ref MemorySwappiness);
        map.Flag("OomKillDisable", ref OomKillDisable);
        map.Number("OomScoreAdj", ref OomScoreAdj);
        map.Number("PidsLimit", ref PidsLimit);
        map.Objects("Ulimits", ref Ulimits);
        map.Objects("Mounts", ref Mounts);
    }
}

/// <summary>A device of the host in the container.</summary>
public sealed class DeviceMapping : OciObject
{
    public string? PathOnHost;
    public string? PathInContainer;

    /// <summary>Of r, w and m.</summary>
    public string? CgroupPermissions;

    public override void Map(JsonMap map)
    {
        map.RequiredText("PathOnHost", ref PathOnHost);
        map.RequiredText("PathInContainer", ref PathInContainer);
        map.RequiredText("CgroupPermissions", ref CgroupPermissions);
    }
}

/// <summary>A resource limit: <see href="https://man7.org/linux/man-pages/man2/getrlimit.2.html">getrlimit(2)</see>; -1: no limit.</summary>
public sealed class Ulimit : OciObject
{
    /// <summary>In lower case without RLIMIT_: <c>nofile</c>.</summary>
    public string? Name;
    public long Soft;
    public long Hard;

    public override void Map(JsonMap map)
    {
        map.RequiredText("Name", ref Name);
        map.Number("Hard", ref Hard);
        map.Number("Soft", ref Soft);
    }
}
