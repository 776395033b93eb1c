using System.Globalization;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// <c>linux.resources</c> as properties of a unit, so that systemd, when it writes the unit's cgroup files anew, writes the same:
/// <see href="https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html">systemd.resource-control(5)</see>.
/// What it has no property for is written to the cgroup's files alone. Pure.
/// </summary>
public static class UnitResources
{
    private const string Root = ResourceWrites.Root;

    private const ulong Infinity = ulong.MaxValue;

    /// <summary>Versions of systemd that brought CPUQuotaPeriodUSec=, AllowedCPUs=, a CPUWeight= of 0 for cpu.idle, and OOMPolicy= of scopes.</summary>
    private const int QuotaPeriod = 242, AllowedCpus = 244, IdleWeight = 252, OomPolicy = 253;

    public static List<UnitProperty> Of(LinuxResources resources, bool v2, int version)
    {
        var properties = new List<UnitProperty>();
        void Add(string name, ulong value, string field) => properties.Add(new(name, DBusVariant.Of(value), $"{Root}.{field}"));

        if (resources.Memory?.Limit is { } limit and not 0)
            Add(v2 ? "MemoryMax" : "MemoryLimit", (ulong)limit, "memory.limit");
        if (v2 && resources.Memory?.Reservation is { } reservation and not 0)
            Add("MemoryLow", (ulong)reservation, "memory.reservation");
        if (v2 && V2Memory.SwapOf(resources.Memory) is { } swap)
            Add("MemorySwapMax", MaxOr(swap), "memory.swap");
        bool idle = v2 && resources.Cpu?.Idle == 1 && version >= IdleWeight;
        if (idle)
            Add("CPUWeight", 0, "cpu.idle");
        else if (resources.Cpu?.Shares is { } shares and not 0)
            Add(v2 ? "CPUWeight" : "CPUShares", v2 ? V2Cpu.WeightOfShares(shares) : shares, "cpu.shares");
        AddQuota(Add, resources.Cpu?.Quota ?? 0, resources.Cpu?.Period ?? 0, version, "cpu.quota");
        if (!v2 && resources.BlockIo?.Weight is { } weight and not 0)
            Add("BlockIOWeight", weight, "blockIO.weight");
        if (resources.Pids?.Limit is { } pids)
            Add("TasksMax", Tasks(pids), "pids.limit");
        AddCpus(properties, resources.Cpu?.Cpus, "AllowedCPUs", $"{Root}.cpu.cpus", version);
        AddCpus(properties, resources.Cpu?.Mems, "AllowedMemoryNodes", $"{Root}.cpu.mems", version);
        foreach (var (file, value) in ResourceWrites.Sorted(v2 ? resources.Unified : null))
            AddUnified(properties, Add, file, value.Trim(), resources.Unified!, version);
        return properties;
    }

    /// <summary>What systemd takes when a unit starts and not later.</summary>
    public static List<UnitProperty> AtStart(LinuxResources resources, bool v2, int version)
        => v2 && version >= OomPolicy && resources.Unified?.GetValueOrDefault("memory.oom.group")?.Trim() is ("0" or "1") and var group
            ? [new("OOMPolicy", DBusVariant.Of(group == "0" ? "continue" : "kill"), $"{Root}.unified[\"memory.oom.group\"]")] : [];

    /// <summary>systemd refuses a TasksMax= of 0.</summary>
    private static ulong Tasks(long limit) => limit < 0 ? Infinity : Math.Max(1, (ulong)limit);

    /// <summary>
    /// systemd keeps the quota as a percentage of a CPU, which a quota in between is rounded up to: what is written into the cgroup's files afterwards is the exact one.
    /// </summary>
    private static void AddQuota(Action<string, ulong, string> add, long quota, ulong period, int version, string field)
    {
        if (period != 0 && version >= QuotaPeriod)
            add("CPUQuotaPeriodUSec", period, "cpu.period");
        if (quota > 0)
            add("CPUQuotaPerSecUSec", ((UInt128)quota * 1_000_000 / (period == 0 ? 100_000 : period) is var each ? (ulong)((each + 9999) / 10_000 * 10_000) : 0), field);
        else if (quota < 0 || period != 0)
            add("CPUQuotaPerSecUSec", Infinity, field);
    }

    private static void AddCpus(List<UnitProperty> properties, string? list, string name, string field, int version)
    {
        if (!string.IsNullOrEmpty(list) && version >= AllowedCpus)
            properties.Add(new(name, DBusVariant.Of(CpuSetBits.Of(list, field)), field));
    }

    private static void AddUnified(List<UnitProperty> properties, Action<string, ulong, string> add, string file, string value, Dictionary<string, string> all, int version)
    {
        string field = $"unified[\"{file}\"]";
        bool idle = all.GetValueOrDefault("cpu.idle")?.Trim() == "1" && version >= IdleWeight;
        switch (file)
        {
            case "cpu.idle" when idle:
                add("CPUWeight", 0, field);
                break;
            case "cpu.weight" when !idle:
                add("CPUWeight", Number(value, field), field);
                break;
            case "cpu.max" when value.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: 1 or 2 } words:
                AddQuota(add, words[0] == "max" ? -1 : (long)Number(words[0], field), words.Length == 2 ? Number(words[1], field) : 100_000, version, field);
                break;
            case "cpuset.cpus" or "cpuset.mems":
                AddCpus(properties, value, file == "cpuset.cpus" ? "AllowedCPUs" : "AllowedMemoryNodes", $"{Root}.{field}", version);
                break;
            case "memory.high" or "memory.low" or "memory.min" or "memory.max":
                add($"Memory{char.ToUpperInvariant(file[7])}{file[8..]}", MaxOr(value, field), field);
                break;
            case "memory.swap.max":
                add("MemorySwapMax", MaxOr(value, field), field);
                break;
            case "pids.max":
                add("TasksMax", Math.Max(1, MaxOr(value, field)), field);
                break;
        }
    }

    private static ulong MaxOr(string value, string field = "memory.swap") => value == "max" ? Infinity : Number(value, field);

    private static ulong Number(string value, string field) => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number
        : throw new SampanException(ErrorKind.InvalidArgument, $"{Root}.{field}: \"{value}\" is not a number");
}
