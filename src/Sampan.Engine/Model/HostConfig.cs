using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>How this host runs a container: "HostConfig" of Docker's API, field for field, and <c>UsernsMode</c> with more to say.</summary>
public sealed class HostConfig : OciObject
{
    /// <summary><c>source:destination[:options]</c>, the source a path or the name of a volume.</summary>
    public List<string>? Binds;

    /// <summary><c>none</c>, <c>host</c>, or empty: a network namespace with loopback alone.</summary>
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

    /// <summary><c>host</c> or empty.</summary>
    public string? IpcMode;

    /// <summary><c>host</c> or empty.</summary>
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

    /// <summary><c>no-new-privileges</c>, <c>seccomp=…</c>, <c>apparmor=…</c>, ...</summary>
    public List<string>? SecurityOpt;

    /// <summary>Destination to options.</summary>
    public Dictionary<string, string>? Tmpfs;

    /// <summary>Bytes of /dev/shm; null: 64 MiB.</summary>
    public long? ShmSize;
    public Dictionary<string, string>? Sysctls;
    public List<DeviceMapping>? Devices;
    public List<Ulimit>? Ulimits;

    /// <summary>Bytes; null: no limit.</summary>
    public long? Memory;
    public long? MemoryReservation;

    /// <summary>Memory and swap together; -1: no limit; null: twice the memory.</summary>
    public long? MemorySwap;
    public long? CpuShares;

    /// <summary>Billionths of a CPU.</summary>
    public long? NanoCpus;

    /// <summary>Microseconds.</summary>
    public long? CpuPeriod;
    public long? CpuQuota;

    /// <summary>Microseconds of real-time scheduling; cgroup v1 only.</summary>
    public long? CpuRealtimePeriod;
    public long? CpuRealtimeRuntime;

    /// <summary>10 to 1000; null or 0: the kernel's.</summary>
    public long? BlkioWeight;
    public string? CpusetCpus;
    public string? CpusetMems;

    /// <summary>null: 2048; 0 or -1: no limit.</summary>
    public long? PidsLimit;
    public int? OomScoreAdj;

    internal Sampan.Runtime.Monitoring.RestartPolicy Restart => RestartPolicy?.Policy ?? default;

    public override void Map(JsonMap map)
    {
        map.Texts("Binds", ref Binds);
        map.Always("NetworkMode", ref NetworkMode);
        map.Object("LogConfig", ref LogConfig);
        map.Object("RestartPolicy", ref RestartPolicy);
        map.Always("AutoRemove", ref AutoRemove);
        map.Number("Timeout", ref Timeout);
        map.Flag("Init", ref Init);
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
        map.Number("CpuShares", ref CpuShares);
        map.Number("Memory", ref Memory);
        map.Number("NanoCpus", ref NanoCpus);
        map.Number("CpuPeriod", ref CpuPeriod);
        map.Number("CpuQuota", ref CpuQuota);
        map.Number("CpuRealtimePeriod", ref CpuRealtimePeriod);
        map.Number("CpuRealtimeRuntime", ref CpuRealtimeRuntime);
        map.Number("BlkioWeight", ref BlkioWeight);
        map.Text("CpusetCpus", ref CpusetCpus);
        map.Text("CpusetMems", ref CpusetMems);
        map.Objects("Devices", ref Devices);
        map.Number("MemoryReservation", ref MemoryReservation);
        map.Number("MemorySwap", ref MemorySwap);
        map.Number("OomScoreAdj", ref OomScoreAdj);
        map.Number("PidsLimit", ref PidsLimit);
        map.Objects("Ulimits", ref Ulimits);
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
