using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// A container's cgroup as a transient unit: systemd makes it around a process that is there already, for a scope without one is refused. What systemd has a
/// property for it is told, or it would take the limit back the next time it writes the unit's files; all of it is then written to the cgroup's files as well.
/// </summary>
/// <param name="Name">Such as <c>libpod-ID.scope</c>; belongs into the container's state before <see cref="Start"/>.</param>
public sealed record SystemdUnit(string Name)
{
    private const string Field = "linux.cgroupsPath", BootedBySystemd = "/run/systemd/system";

    /// <summary>Where <see cref="Start"/> makes the cgroup; touches nothing.</summary>
    /// <exception cref="SampanException">systemd does not run here, or the path is not of its form.</exception>
    public static Cgroup At(CgroupHost host, string? cgroupsPath, string id, LinuxResources? resources)
    {
        if (Sys.Statx(Linux.At.AT_FDCWD, BootedBySystemd, out _) < 0)
            throw new SampanException(ErrorKind.Unsupported, "--systemd-cgroup: this host was not booted by systemd");
        var name = UnitName.Of(cgroupsPath, id, "system.slice");
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        var first = host.Mode == CgroupMode.V2 ? [] : ProcCgroup.Parse(SmallFile.Bytes("/proc/1/cgroup").Span);
        foreach (var hierarchy in host.Hierarchies)
            if (CgroupNeeds.Has(host, hierarchy, resources))
                Cgroup.AddPath(paths, hierarchy, RootOf(hierarchy, first) + name.Path);
        return Cgroup.Open(paths, new SystemdUnit(name.Name), name.Slice);
    }

    /// <summary>Starts the unit around a process, and sets its limits.</summary>
    /// <exception cref="SampanException">systemd or the kernel refuses; what is there of the unit is the caller's to remove.</exception>
    public void Start(Cgroup cgroup, CgroupHost host, LinuxResources resources, string id, int pid)
    {
        var policy = DevicePolicy.Of(resources.Devices);
        var writes = cgroup.IsV2 ? ResourceWrites.V2(resources) : ResourceWrites.V1(resources);
        using (var manager = SystemdManager.OfSystem())
        {
            List<UnitProperty> properties = [.. Basic(cgroup, id, pid), .. UnitDevices.Of(policy), .. UnitResources.Of(resources, cgroup.IsV2, manager.Version())];
            manager.Start(Name, properties);
        }
        if (cgroup.IsV2)
            V2Controllers.MakeParents(host.Unified!.MountPoint, cgroup.Unified!, writes, []);
        else
            EnterOthers(cgroup, host, resources, pid);
        if (!cgroup.IsV2)
            writes.AddRange(policy.V1Writes());
        CgroupWriter.Apply(writes, cgroup.DirectoryOf);
        if (cgroup.IsV2)
            DeviceFilter.Attach(policy, cgroup.Unified!);
    }

    public void Set(LinuxResources resources, bool v2)
    {
        using var manager = SystemdManager.OfSystem();
        var properties = UnitResources.Of(resources, v2, manager.Version());
        if (properties.Count > 0)
            manager.Set(Name, properties);
    }

    /// <summary>Ends the unit, and with it whatever is left in it. One that is gone is no error.</summary>
    public void Stop()
    {
        using var manager = SystemdManager.OfSystem();
        manager.Stop(Name);
    }

    private List<UnitProperty> Basic(Cgroup cgroup, string id, int pid)
    {
        var properties = new List<UnitProperty> { Of("Description", DBusVariant.Of($"container {id}")) };
        if (Name.EndsWith(".slice", StringComparison.Ordinal))
            properties.Add(Of("Wants", DBusVariant.Of([cgroup.Slice!])));
        else
            properties.AddRange([Of("Slice", DBusVariant.Of(cgroup.Slice!)), Of("Delegate", DBusVariant.Of(true)), Of("PIDs", DBusVariant.Of([(uint)pid]))]);
        properties.AddRange(
        [
            Of("MemoryAccounting", DBusVariant.Of(true)), Of("CPUAccounting", DBusVariant.Of(true)), Of("TasksAccounting", DBusVariant.Of(true)),
            Of(cgroup.IsV2 ? "IOAccounting" : "BlockIOAccounting", DBusVariant.Of(true)), Of("DefaultDependencies", DBusVariant.Of(false)),
            // One whose process was killed for lack of memory has failed, and would stay until somebody resets it.
            Of("CollectMode", DBusVariant.Of("inactive-or-failed")),
        ]);
        return properties;
    }

    private static UnitProperty Of(string name, DBusVariant value) => new(name, value, Field);

    /// <summary>systemd knows not every controller of v1: the process is put into the other hierarchies here.</summary>
    private static void EnterOthers(Cgroup cgroup, CgroupHost host, LinuxResources resources, int pid)
    {
        foreach (string directory in cgroup.Directories())
            CgroupFiles.Make(directory, []);
        if (cgroup.DirectoryOf("cpuset") is { } cpuset)
            V1Cpuset.Inherit(host.V1("cpuset")!.MountPoint, cpuset, null);
        cgroup.Add(pid);
    }

    /// <summary>Where the first process is, which may be in a scope of its own by now.</summary>
    private static string RootOf(CgroupHierarchy hierarchy, List<ProcCgroup> first)
    {
        foreach (var line in first)
            if (line.Controllers == hierarchy.Controllers)
                return hierarchy.Directory(line.Path.EndsWith("/init.scope", StringComparison.Ordinal) ? line.Path[..^"/init.scope".Length] : line.Path);
        return hierarchy.MountPoint;
    }
}
