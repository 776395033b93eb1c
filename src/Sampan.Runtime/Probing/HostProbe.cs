using System.Globalization;
using Sampan.Cgroups;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>Gathers what the compiler must know of the host for one specification, and nothing more: every look costs a system call on the way to a start.</summary>
internal static class HostProbe
{
    /// <param name="spec">Of a container to be made; null: a process is started in one that runs.</param>
    /// <param name="running">That of the one that runs.</param>
    /// <param name="futureDirectory">One that will be there when the plan is executed.</param>
    /// <param name="noPivot">See <see cref="HostFacts.KernelMounts"/>.</param>
    public static HostFacts For(Spec? spec, Process process, string rootfs, CgroupHost cgroups, Cgroup cgroup, IReadOnlyList<string> tasks,
        Spec? running = null, string? futureDirectory = null, bool noPivot = false)
    {
        var container = running?.Process;
        var paths = new Dictionary<string, HostPathKind>(StringComparer.Ordinal);
        foreach (var mount in spec?.Mounts ?? [])
        {
            if (MountOptions.Parse(mount) is { Bind: true, Remount: false } && mount.Source is { Length: > 0 } source)
                paths[source] = IsRoot(source) ? HostPathKind.Root : KindOf(source);
        }
        if (futureDirectory is not null)
            paths[futureDirectory] = HostPathKind.Directory;
        foreach (string path in spec?.Linux?.MaskedPaths ?? [])
            Kernel(paths, path);
        foreach (string path in spec?.Linux?.ReadonlyPaths ?? [])
            Kernel(paths, path);
        Kernel(paths, "/proc/kcore");
        return new HostFacts
        {
            Kernel = KernelVersion(),
            LastCapability = int.Parse(SmallFile.Read("/proc/sys/kernel/cap_last_cap"), CultureInfo.InvariantCulture),
            Paths = paths,
            CgroupMounts = Mounts(spec, cgroups, cgroup),
            CgroupTasks = tasks,
            CgroupIsMadeForProcess = cgroup.Unit is not null,
            Capabilities = SelfCapabilities.Effective(),
            Nested = UserNamespaces.Nested(),
            Limits = Limits(process),
            StdioPipes = StdioPipes(),
            AppArmorExec = SecurityModules.AsksAppArmor(process, container) ? SecurityModules.AppArmorExec() : null,
            SELinux = SecurityModules.AsksSELinux(spec, process, container) && SecurityModules.SELinux(),
            OwnNamespaces = OwnNamespaces(spec),
            Resctrl = (spec ?? running)?.Linux?.IntelRdt is null ? null : ResctrlGroups.Mounted(),
            Home = HomeDirectory.Of(process, rootfs),
            KernelMounts = noPivot ? KernelMounts() : [],
        };
    }

    // The last first: what lies on top of another, or below it.
    private static List<string> KernelMounts()
    {
        var places = MountTable.Of("self").FindAll(static m => m.Type is "proc" or "sysfs").ConvertAll(static m => m.Point);
        places.Reverse();
        return places;
    }

    private static void Kernel(Dictionary<string, HostPathKind> paths, string path)
    {
        if (path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal))
            paths[path] = KindOf(path);
    }

    private static List<string> OwnNamespaces(Spec? spec)
    {
        var types = new List<string>();
        foreach (var joined in spec?.Linux?.Namespaces ?? [])
        {
            string own = $"/proc/self/ns/{joined.Type switch { "network" => "net", "mount" => "mnt", var type => type }}";
            if (joined.Path is { Length: > 0 } path && Sys.Statx(At.AT_FDCWD, path, out var there, flags: 0) >= 0 && Sys.Statx(At.AT_FDCWD, own, out var here, flags: 0) >= 0
                && there.stx_ino == here.stx_ino && there.stx_dev_major == here.stx_dev_major && there.stx_dev_minor == here.stx_dev_minor)
                types.Add(joined.Type!);
        }
        return types;
    }

    private static bool IsRoot(string path)
        => Sys.Statx(At.AT_FDCWD, path, out var stat, flags: 0) >= 0 && stat.IsDirectory && Sys.Statx(At.AT_FDCWD, "/", out var root, flags: 0) >= 0
            && (stat.stx_mnt_id, stat.Dev, stat.stx_ino) == (root.stx_mnt_id, root.Dev, root.stx_ino);

    private static HostPathKind KindOf(string path)
    {
        if (Sys.Statx(At.AT_FDCWD, path, out var stat, flags: 0) < 0)
            return HostPathKind.Missing;
        return stat.IsDirectory ? HostPathKind.Directory : HostPathKind.File;
    }

    public static Version KernelVersion()
    {
        string release = SmallFile.Read("/proc/sys/kernel/osrelease");
        string[] parts = release.Split('.', '-', '\n');
        return new Version(int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static List<CgroupMountFact> Mounts(Spec? spec, CgroupHost host, Cgroup cgroup)
    {
        var facts = new List<CgroupMountFact>();
        if (spec?.Mounts?.Exists(static m => m.Type is "cgroup" or "cgroup2") != true)
            return facts;
        foreach (var hierarchy in host.Hierarchies)
        {
            // Only where the container has a cgroup of its own: elsewhere it would look at its parent's.
            string? directory = hierarchy.IsV2 ? cgroup.Unified : cgroup.Paths.GetValueOrDefault(hierarchy.Names[0]);
            if (directory is not null)
                facts.Add(new CgroupMountFact(hierarchy.MountPoint[(hierarchy.MountPoint.LastIndexOf('/') + 1)..], hierarchy.Controllers, directory));
        }
        return facts;
    }

    private static Dictionary<int, rlimit64> Limits(Process process)
    {
        var limits = new Dictionary<int, rlimit64>();
        foreach (var limit in process.Rlimits ?? [])
        {
            int resource = Rlimits.Parse(limit.Type!);
            if (resource >= 0 && Sys.GetRlimit((RlimitResource)resource, out var current) >= 0)
                limits[resource] = current;
        }
        return limits;
    }

    private static List<int> StdioPipes()
    {
        var pipes = new List<int>();
        for (int fd = 0; fd < 3; fd++)
        {
            if (Sys.Fstat(fd, out var stat) >= 0 && stat.Type is InodeMode.S_IFIFO or InodeMode.S_IFSOCK)
                pipes.Add(fd);
        }
        return pipes;
    }
}
