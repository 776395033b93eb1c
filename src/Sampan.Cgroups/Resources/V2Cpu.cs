using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary><see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu">Documentation/admin-guide/cgroup-v2.rst, "CPU"</see>.</summary>
public static class V2Cpu
{
    internal static void Add(List<CgroupWrite> writes, LinuxCpu? cpu)
    {
        if (cpu is null)
            return;
        const string field = ResourceWrites.Root + ".cpu";
        if (cpu.RealtimePeriod is { } p and not 0)
            throw new SampanException(ErrorKind.Unsupported, $"{field}.realtimePeriod: cgroup v2 has no real-time budget ({p})");
        if (cpu.RealtimeRuntime is { } r and not 0)
            throw new SampanException(ErrorKind.Unsupported, $"{field}.realtimeRuntime: cgroup v2 has no real-time budget ({r})");
        if (cpu.Idle is { } idle)
            writes.Add(new("cpu", "cpu.idle", $"{idle}", $"{field}.idle"));
        // An idle cgroup has the least weight there is, and the kernel takes no other.
        if (cpu.Shares is { } shares and not 0 && cpu.Idle != 1)
            writes.Add(new("cpu", "cpu.weight", $"{WeightOfShares(shares)}", $"{field}.shares"));
        if (Max(cpu) is { } max)
            writes.Add(new("cpu", "cpu.max", max, cpu.Quota is null or 0 ? $"{field}.period" : $"{field}.quota"));
        if (cpu.Burst is { } burst)
            writes.Add(new("cpu", "cpu.max.burst", $"{burst}", $"{field}.burst"));
        V1Cpu.AddCpuset(writes, cpu);
    }

    /// <summary>cpu.max is "$MAX $PERIOD"; one number alone leaves the period as it is.</summary>
    private static string? Max(LinuxCpu cpu)
    {
        string? quota = cpu.Quota is null or 0 ? null : ResourceWrites.MaxOr(cpu.Quota.Value);
        return cpu.Period is null or 0 ? quota : $"{quota ?? "max"} {cpu.Period}";
    }

    /// <summary>
    /// v1's cpu.shares (2 to 262144, usually 1024) as v2's cpu.weight (1 to 10000, usually 100): a curve through the two ends and the
    /// two defaults, 10^(l²/612 + 125·l/612 − 7/34) with l = log2(shares). The same as runc's and crun's, for a container must weigh
    /// the same beside theirs.
    /// </summary>
    public static ulong WeightOfShares(ulong shares)
    {
        if (shares <= 2)
            return 1;
        if (shares >= 262144)
            return 10000;
        double l = Math.Log2(shares);
        return (ulong)Math.Ceiling(Math.Pow(10, (l * l + 125 * l) / 612.0 - 7.0 / 34.0));
    }
}
