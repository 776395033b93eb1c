using Sampan.Cgroups;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Limits that not every kernel can keep: they depend on the version of cgroups, the kernel's configuration, and the I/O scheduler.</summary>
internal sealed record KernelSupport
{
    public bool Swappiness { get; init; }

    public bool OomKillDisable { get; init; }

    public bool Realtime { get; init; }

    public bool BlkioWeight { get; init; }

    public bool BlkioWeightDevice { get; init; }

    public bool BlkioThrottle { get; init; }

    public static KernelSupport Probe()
    {
        var host = CgroupHost.Probe();
        if (host.Mode == CgroupMode.V2)
            return Unified(host.Unified!.MountPoint);
        string? memory = host.V1("memory")?.MountPoint, cpu = host.V1("cpu")?.MountPoint, blkio = host.V1("blkio")?.MountPoint;
        return new KernelSupport
        {
            Swappiness = Has(memory, "memory.swappiness"),
            OomKillDisable = Has(memory, "memory.oom_control"),
            Realtime = Has(cpu, "cpu.rt_runtime_us"),
            BlkioWeight = Has(blkio, "blkio.weight") || Has(blkio, "blkio.bfq.weight"),
            BlkioWeightDevice = Has(blkio, "blkio.weight_device") || Has(blkio, "blkio.bfq.weight_device"),
            BlkioThrottle = Has(blkio, "blkio.throttle.read_bps_device"),
        };
    }

    private static KernelSupport Unified(string mount)
    {
        bool io = SmallFile.Read($"{mount}/cgroup.controllers").Split(' ', '\n').Contains("io");
        // Weights are BFQ's, or of a kernel with a cost model; where no cgroup shows the controller's files, nothing is known and nothing is said.
        bool weight = io && (!Has(mount, "io.max") || Has(mount, "io.bfq.weight") || Has(mount, "io.weight"));
        return new KernelSupport { BlkioThrottle = io, BlkioWeight = weight, BlkioWeightDevice = weight };
    }

    /// <summary>Whether the hierarchy's cgroups have <paramref name="file"/>; some are not in its root.</summary>
    private static bool Has(string? hierarchy, string file)
    {
        if (hierarchy is null)
            return false;
        if (Exists($"{hierarchy}/{file}"))
            return true;
        foreach (string name in Directories.NamesIfExists(hierarchy) ?? [])
            if (Exists($"{hierarchy}/{name}/{file}"))
                return true;
        return false;
    }

    private static bool Exists(string path) => Sys.Statx(At.AT_FDCWD, path, out _) == 0;
}
