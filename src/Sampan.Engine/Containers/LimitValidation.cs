namespace Sampan.Engine;

/// <summary>What can be said against the limits of a request without looking at the host.</summary>
internal static class LimitValidation
{
    /// <exception cref="SampanException">The first fault, in words that show what was asked.</exception>
    public static void Check(HostConfig host)
    {
        if (host.MemorySwappiness is < 0 or > 100)
            throw Invalid($"invalid value: {host.MemorySwappiness}, valid memory swappiness range is 0-100");
        if (host.BlkioWeight is < 10 or > 1000)
            throw Invalid($"range of blkio weight is from 10 to 1000, not {host.BlkioWeight}");
        if (host.CpuRealtimePeriod is < 0 || host.CpuRealtimeRuntime is < 0)
            throw Invalid("cpu real-time period and runtime can not be negative");
        if (host.CpuRealtimePeriod is > 0 && host.CpuRealtimeRuntime > host.CpuRealtimePeriod)
            throw Invalid("cpu real-time runtime cannot be higher than cpu real-time period");
        foreach (string rule in host.DeviceCgroupRules ?? [])
            DeviceRule.Parse(rule);
        Parent(host.CgroupParent);
    }

    private static void Parent(string? parent)
    {
        if (parent is null)
            return;
        if (parent.Split('/').Contains(".."))
            throw Invalid($"invalid --cgroup-parent {parent}: a path with \"..\" could leave where it is meant to be");
        if (parent.Trim('/').Length == 0)
            throw Invalid($"invalid --cgroup-parent {parent}: want the path of a cgroup below the root, such as /work or work.slice");
    }

    private static SampanException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
