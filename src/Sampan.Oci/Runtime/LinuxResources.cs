namespace Sampan.Oci;

/// <summary><see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#control-groups">runtime-spec 1.3, config-linux.md, "Control groups"</see>.</summary>
public sealed class LinuxResources : OciObject
{
    public List<LinuxDeviceCgroup>? Devices;
    public LinuxMemory? Memory;
    public LinuxCpu? Cpu;
    public LinuxPids? Pids;
    public LinuxBlockIo? BlockIo;
    public List<LinuxHugepageLimit>? HugepageLimits;
    public LinuxNetwork? Network;
    public Dictionary<string, LinuxRdma>? Rdma;

    /// <summary>cgroup v2 files to values.</summary>
    public Dictionary<string, string>? Unified;

    public override void Map(JsonMap map)
    {
        map.Objects("devices", ref Devices);
        map.Object("memory", ref Memory);
        map.Object("cpu", ref Cpu);
        map.Object("pids", ref Pids);
        map.Object("blockIO", ref BlockIo);
        map.Objects("hugepageLimits", ref HugepageLimits);
        map.Object("network", ref Network);
        map.ObjectMap("rdma", ref Rdma);
        map.TextMap("unified", ref Unified);
    }
}

public sealed class LinuxDeviceCgroup : OciObject
{
    public bool Allow;

    /// <summary>a, c or b; null: a.</summary>
    public string? Type;

    /// <summary>null or -1: all.</summary>
    public long? Major;
    public long? Minor;

    /// <summary>Of r, w and m.</summary>
    public string? Access;

    public override void Map(JsonMap map)
    {
        bool? allow = Allow;
        map.Flag("allow", ref allow);
        Allow = allow ?? false;
        map.Text("type", ref Type);
        map.Number("major", ref Major);
        map.Number("minor", ref Minor);
        map.Text("access", ref Access);
    }
}

/// <summary>Bytes; -1: no limit.</summary>
public sealed class LinuxMemory : OciObject
{
    public long? Limit;
    public long? Reservation;

    /// <summary>Memory and swap together.</summary>
    public long? Swap;
    public long? Kernel;
    public long? KernelTcp;
    public ulong? Swappiness;
    public bool? DisableOomKiller;
    public bool? UseHierarchy;
    public bool? CheckBeforeUpdate;

    public override void Map(JsonMap map)
    {
        map.Number("limit", ref Limit);
        map.Number("reservation", ref Reservation);
        map.Number("swap", ref Swap);
        map.Number("kernel", ref Kernel);
        map.Number("kernelTCP", ref KernelTcp);
        map.Number("swappiness", ref Swappiness);
        map.Flag("disableOOMKiller", ref DisableOomKiller);
        map.Flag("useHierarchy", ref UseHierarchy);
        map.Flag("checkBeforeUpdate", ref CheckBeforeUpdate);
    }
}

/// <summary>Times in microseconds.</summary>
public sealed class LinuxCpu : OciObject
{
    public ulong? Shares;
    public long? Quota;
    public ulong? Burst;
    public ulong? Period;
    public long? RealtimeRuntime;
    public ulong? RealtimePeriod;
    public string? Cpus;
    public string? Mems;
    public long? Idle;

    public override void Map(JsonMap map)
    {
        map.Number("shares", ref Shares);
        map.Number("quota", ref Quota);
        map.Number("burst", ref Burst);
        map.Number("period", ref Period);
        map.Number("realtimeRuntime", ref RealtimeRuntime);
        map.Number("realtimePeriod", ref RealtimePeriod);
        map.Text("cpus", ref Cpus);
        map.Text("mems", ref Mems);
        map.Number("idle", ref Idle);
    }
}

public sealed class LinuxPids : OciObject
{
    /// <summary>-1 or 0: no limit.</summary>
    public long? Limit;

    public override void Map(JsonMap map) => map.Number("limit", ref Limit);
}

public sealed class LinuxBlockIo : OciObject
{
    public uint? Weight;
    public uint? LeafWeight;
    public List<LinuxWeightDevice>? WeightDevice;
    public List<LinuxThrottleDevice>? ThrottleReadBpsDevice;
    public List<LinuxThrottleDevice>? ThrottleWriteBpsDevice;
    public List<LinuxThrottleDevice>? ThrottleReadIopsDevice;
    public List<LinuxThrottleDevice>? ThrottleWriteIopsDevice;

    public override void Map(JsonMap map)
    {
        map.Number("weight", ref Weight);
        map.Number("leafWeight", ref LeafWeight);
        map.Objects("weightDevice", ref WeightDevice);
        map.Objects("throttleReadBpsDevice", ref ThrottleReadBpsDevice);
        map.Objects("throttleWriteBpsDevice", ref ThrottleWriteBpsDevice);
        map.Objects("throttleReadIOPSDevice", ref ThrottleReadIopsDevice);
        map.Objects("throttleWriteIOPSDevice", ref ThrottleWriteIopsDevice);
    }
}

public sealed class LinuxWeightDevice : OciObject
{
    public long Major;
    public long Minor;
    public uint? Weight;
    public uint? LeafWeight;

    public override void Map(JsonMap map)
    {
        map.Number("major", ref Major);
        map.Number("minor", ref Minor);
        map.Number("weight", ref Weight);
        map.Number("leafWeight", ref LeafWeight);
    }
}

public sealed class LinuxThrottleDevice : OciObject
{
    public long Major;
    public long Minor;

    /// <summary>Bytes or operations a second.</summary>
    public ulong? Rate;

    public override void Map(JsonMap map)
    {
        map.Number("major", ref Major);
        map.Number("minor", ref Minor);
        map.Number("rate", ref Rate);
    }
}

public sealed class LinuxHugepageLimit : OciObject
{
    /// <summary>Such as <c>2MB</c>.</summary>
    public string? PageSize;
    public ulong? Limit;

    public override void Map(JsonMap map)
    {
        map.RequiredText("pageSize", ref PageSize);
        map.Number("limit", ref Limit);
    }
}

public sealed class LinuxNetwork : OciObject
{
    public uint? ClassID;
    public List<LinuxInterfacePriority>? Priorities;

    public override void Map(JsonMap map)
    {
        map.Number("classID", ref ClassID);
        map.Objects("priorities", ref Priorities);
    }
}

public sealed class LinuxInterfacePriority : OciObject
{
    public string? Name;
    public uint Priority;

    public override void Map(JsonMap map)
    {
        map.RequiredText("name", ref Name);
        map.Number("priority", ref Priority);
    }
}

public sealed class LinuxRdma : OciObject
{
    public uint? HcaHandles;
    public uint? HcaObjects;

    public override void Map(JsonMap map)
    {
        map.Number("hcaHandles", ref HcaHandles);
        map.Number("hcaObjects", ref HcaObjects);
    }
}
