using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// A container's cgroup as a transient unit: systemd makes it around a process that is there already, for a scope without one is refused. What systemd has a
/// property for it is told, or it would take the limit back the next time it writes the unit's files; all of it is then written to the cgroup's files as well.
/// </summary>
/// <param name="Name">Such as <c>libpod-ID.scope</c>; belongs into the container's state before <see cref="Start"/>.</param>
/// <param name="Bus">The bus of the user whose systemd has it, such as <c>/run/user/1000/bus</c>; null: the system's.</param>
public sealed record SystemdUnit(string Name, string? Bus = null)
{
    private const string Field = "linux.cgroupsPath", BootedBySystemd = "/run/systemd/system";

    /// <summary>Where <see cref="Start"/> makes the cgroup; touches nothing.</summary>
    /// <param name="bus">See <see cref="Bus"/>.</param>
    /// <exception cref="SampanException">systemd does not run here, or the path is not of its form.</exception>
    public static Cgroup At(CgroupHost host, string? cgroupsPath, string id, LinuxResources? resources, string? bus = null)
    {
        if (Sys.Statx(Linux.At.AT_FDCWD, BootedBySystemd, out _) < 0)
            throw new SampanException(ErrorKind.Unsupported, "--systemd-cgroup: this host was not booted by systemd");
        if (bus is not null)
            return OfUser(host, UnitName.Of(cgroupsPath, id, "user.slice"), bus);
        var name = UnitName.Of(cgroupsPath, id, "system.slice");
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        var first = host.Mode == CgroupMode.V2 ? [] : ProcCgroup.Parse(SmallFile.Bytes("/proc/1/cgroup").Span);
        foreach (var hierarchy in host.Hierarchies)
            if (CgroupNeeds.Has(host, hierarchy, resources))
                Cgroup.AddPath(paths, hierarchy, RootOf(hierarchy, first) + name.Path);
        return Cgroup.Open(paths, new SystemdUnit(name.Name), name.Slice);
    }

    // A user's systemd has no cgroup of v1 to itself, and below which of v2 it makes its own it knows best.
    private static Cgroup OfUser(CgroupHost host, UnitName name, string bus)
    {
        if (host.Mode != CgroupMode.V2)
            throw new SampanException(ErrorKind.Unsupported, "--systemd-cgroup: for an ordinary user systemd makes cgroups of v2 alone, and this host has those of v1");
        using var manager = SystemdManager.OfUser(bus);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = host.Unified!.Directory(manager.ControlGroup() + name.Path) };
        return Cgroup.Open(paths, new SystemdUnit(name.Name, bus), name.Slice);
    }

    /// <summary>Starts the unit around a process, and sets its limits.</summary>
    /// <exception cref="SampanException">systemd or the kernel refuses; what is there of the unit is the caller's to remove.</exception>
    public void Start(Cgroup cgroup, CgroupHost host, CgroupOrder order, string id, int pid)
    {
        var resources = order.Resources;
        var policy = DevicePolicy.Of(resources.Devices);
        var writes = cgroup.IsV2 ? ResourceWrites.V2(resources) : ResourceWrites.V1(resources);
        using (var manager = Manager())
        {
            int version = manager.Version();
            List<UnitProperty> properties =
            [
                .. Basic(cgroup, id, pid), .. order.Properties, .. UnitDevices.Of(policy), .. UnitResources.Of(resources, cgroup.IsV2, version),
                .. UnitResources.AtStart(resources, cgroup.IsV2, version),
            ];
            manager.Start(Name, properties);
        }
        if (cgroup.IsV2)
            V2Controllers.MakeParents(host.Unified!.MountPoint, cgroup.Unified!, writes, []);
        else
            EnterOthers(cgroup, host, resources, pid);
        if (!cgroup.IsV2)
            writes.AddRange(policy.V1Writes());
        CgroupWriter.Apply(writes, cgroup.DirectoryOf);
        if (!cgroup.IsV2)
            return;
        order.Privileged(() => DeviceFilter.Attach(policy, cgroup.Unified!));
        if (order.Owner is { } owner)
            order.Privileged(() => CgroupOwnership.Give(cgroup.Unified!, owner));
    }

    /// <summary>Puts one more process into the unit's cgroup: for who may not do it himself, since his process comes from outside of what is his.</summary>
    /// <param name="below">A cgroup below, such as <c>/a</c>; empty for the unit's own.</param>
    public void Attach(string below, int pid)
    {
        using var manager = Manager();
        manager.Attach(Name, below, pid);
    }

    private SystemdManager Manager() => Bus is null ? SystemdManager.OfSystem() : SystemdManager.OfUser(Bus);

    public void Set(LinuxResources resources, bool v2)
    {
        using var manager = Manager();
        var properties = UnitResources.Of(resources, v2, manager.Version());
        if (properties.Count > 0)
            manager.Set(Name, properties);
    }

    /// <summary>Ends the unit, and with it whatever is left in it. One that is gone is no error.</summary>
    public void Stop()
    {
        using var manager = Manager();
        manager.Stop(Name);
    }

    private List<UnitProperty> Basic(Cgroup cgroup, string id, int pid)
    {
        return
        [
            Of("Description", DBusVariant.Of($"container {id}")), Of("Slice", DBusVariant.Of(cgroup.Slice!)), Of("Delegate", DBusVariant.Of(true)), Of("PIDs", DBusVariant.Of([(uint)pid])),
            Of("MemoryAccounting", DBusVariant.Of(true)), Of("CPUAccounting", DBusVariant.Of(true)), Of("TasksAccounting", DBusVariant.Of(true)),
            Of(cgroup.IsV2 ? "IOAccounting" : "BlockIOAccounting", DBusVariant.Of(true)), Of("DefaultDependencies", DBusVariant.Of(false)),
            // One whose process was killed for lack of memory has failed, and would stay until somebody resets it.
            Of("CollectMode", DBusVariant.Of("inactive-or-failed")),
        ];
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
