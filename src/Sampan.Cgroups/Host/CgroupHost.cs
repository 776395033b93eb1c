using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>What cgroups this host has, and where this process is in them.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7)</see>,
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v2.html">Documentation/admin-guide/cgroup-v2.rst</see>.
/// </remarks>
public sealed class CgroupHost
{
    public const string DefaultMountPoint = "/sys/fs/cgroup";

    private CgroupHost(CgroupMode mode, CgroupHierarchy[] hierarchies)
    {
        (Mode, Hierarchies) = (mode, hierarchies);
        foreach (var hierarchy in hierarchies)
            if (hierarchy.IsV2)
                Unified = hierarchy;
    }

    public CgroupMode Mode { get; }

    /// <summary>In the order of /proc/self/cgroup; the v2 hierarchy, where there is one, is last.</summary>
    public CgroupHierarchy[] Hierarchies { get; }

    /// <summary>The v2 hierarchy, alone or beside v1's; null on a host of v1 only.</summary>
    public CgroupHierarchy? Unified { get; }

    /// <summary>The v1 hierarchy of <paramref name="controller"/> (or <c>name=...</c>), or null.</summary>
    public CgroupHierarchy? V1(string controller)
    {
        foreach (var hierarchy in Hierarchies)
            if (Array.IndexOf(hierarchy.Names, controller) >= 0)
                return hierarchy;
        return null;
    }

    /// <summary>Reads /proc/self/cgroup and, unless the host is plain v2, /proc/self/mountinfo.</summary>
    public static CgroupHost Probe()
    {
        var own = ProcCgroup.Parse(SmallFile.Bytes("/proc/self/cgroup").Span);
        // On a plain v2 host there is nothing to look up; the mount table can be long.
        if (own.Count == 1 && own[0].IsV2 && Sys.FileSystemType(DefaultMountPoint) == FileSystemMagic.CGROUP2_SUPER_MAGIC)
            return new(CgroupMode.V2, [new("", DefaultMountPoint, "/", own[0].Path)]);
        return From(own, CgroupMount.Parse(SmallFile.Bytes("/proc/self/mountinfo", limit: int.MaxValue).Span));
    }

    /// <summary>The same from texts already read; pure.</summary>
    public static CgroupHost From(List<ProcCgroup> own, List<CgroupMount> mounts)
    {
        var hierarchies = new List<CgroupHierarchy>(own.Count);
        bool v1 = false, v2 = false;
        // v2 last, so that whoever walks the list sees limits in force before a process may be put in by clone3.
        for (int pass = 0; pass < 2; pass++)
            foreach (var line in own)
            {
                if (line.IsV2 != (pass == 1) || Find(mounts, line) is not { } mount)
                    continue;
                hierarchies.Add(new(line.Controllers, mount.MountPoint, mount.Root, line.Path));
                v1 |= !line.IsV2;
                v2 |= line.IsV2;
            }
        var mode = v1 ? v2 ? CgroupMode.Hybrid : CgroupMode.V1 : v2 ? CgroupMode.V2 : CgroupMode.None;
        return new(mode, [.. hierarchies]);
    }

    /// <summary>The mount below the usual place, for somebody may have mounted the hierarchy again elsewhere; else the first.</summary>
    private static CgroupMount? Find(List<CgroupMount> mounts, ProcCgroup line)
    {
        CgroupMount? found = null;
        int comma = line.Controllers.IndexOf(',');
        var controller = comma < 0 ? line.Controllers.AsSpan() : line.Controllers.AsSpan(0, comma);
        foreach (var mount in mounts)
        {
            if (mount.IsV2 != line.IsV2 || (!line.IsV2 && !mount.Has(controller)))
                continue;
            if (mount.MountPoint.StartsWith(DefaultMountPoint, StringComparison.Ordinal))
                return mount;
            found ??= mount;
        }
        return found;
    }
}
