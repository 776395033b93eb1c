using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>A container's cgroup: one directory in each hierarchy that it is in.</summary>
/// <remarks>Holds no descriptor and no state but <see cref="Paths"/>: a later command opens it again from those.</remarks>
public sealed class Cgroup
{
    private readonly Dictionary<string, string> _paths;

    private Cgroup(Dictionary<string, string> paths, SystemdUnit? unit = null, string? slice = null) => (_paths, Unit, Slice) = (paths, unit, slice);

    /// <summary>systemd's unit that it belongs to; null where this program makes and removes the directories itself.</summary>
    public SystemdUnit? Unit { get; }

    /// <summary>The slice that the unit is to be in; known until it is started.</summary>
    internal string? Slice { get; }

    /// <summary>
    /// Controller (or <c>name=systemd</c>; empty for v2) to directory. Belongs into the container's state before <see cref="Create"/>, so that
    /// whatever a killed create leaves can be found.
    /// </summary>
    public IReadOnlyDictionary<string, string> Paths => _paths;

    /// <summary>The v2 directory, or null.</summary>
    public string? Unified => _paths.GetValueOrDefault("");

    /// <summary>Whether all controllers are on v2.</summary>
    public bool IsV2 => _paths.Count == 1 && Unified is not null;

    /// <summary>The cgroup that an earlier <see cref="Create"/> made.</summary>
    public static Cgroup Open(IReadOnlyDictionary<string, string> paths, SystemdUnit? unit = null) => Open(paths, unit, null);

    internal static Cgroup Open(IReadOnlyDictionary<string, string> paths, SystemdUnit? unit, string? slice) => new(new(paths, StringComparer.Ordinal), unit, slice);

    /// <summary>The cgroup that a process is in, in every hierarchy.</summary>
    /// <exception cref="LinuxException">The process is gone.</exception>
    public static Cgroup OfProcess(CgroupHost host, int pid)
    {
        var lines = ProcCgroup.Parse(SmallFile.Bytes($"/proc/{pid}/cgroup").Span);
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in lines)
            foreach (var hierarchy in host.Hierarchies)
                if (hierarchy.Controllers == line.Controllers)
                    AddPath(paths, hierarchy, hierarchy.Directory(line.Path));
        return new(paths);
    }

    /// <summary>Where <see cref="Create"/> with the same arguments makes its directories; touches nothing.</summary>
    /// <exception cref="SampanException">The path is malformed.</exception>
    public static Cgroup At(CgroupHost host, string cgroupsPath, LinuxResources? resources, CgroupScope scope = CgroupScope.Needed)
    {
        if (host.Mode == CgroupMode.None)
            throw new SampanException(ErrorKind.Unsupported, $"no cgroup file system is mounted at {CgroupHost.DefaultMountPoint}");
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var hierarchy in host.Hierarchies)
            if (scope == CgroupScope.All || CgroupNeeds.Has(host, hierarchy, resources))
                AddPath(paths, hierarchy, CgroupPath.Directory(hierarchy, cgroupsPath));
        return new(paths);
    }

    /// <summary>
    /// Makes the cgroup and sets its limits, before any process is in it. Devices are denied but for what <c>resources.devices</c> allow
    /// (the default set of the specification among them: the caller adds it).
    /// </summary>
    /// <param name="cgroupsPath">See <see cref="CgroupPath.Directory"/>.</param>
    /// <exception cref="SampanException">
    /// A limit out of its range or beyond this host, named by its JSON path; or the cgroup is in use. Nothing is left behind.
    /// </exception>
    public static Cgroup Create(CgroupHost host, string cgroupsPath, LinuxResources? resources, CgroupScope scope = CgroupScope.Needed)
    {
        var maker = new CgroupMaker(At(host, cgroupsPath, resources, scope), host, new CgroupOrder(resources ?? new LinuxResources()));
        try
        {
            maker.MakeUnified();
            return maker.MakeRest();
        }
        catch
        {
            maker.Undo(TimeSpan.Zero);
            throw;
        }
    }

    /// <summary>Those of its directories that this process may make; touches nothing. An ordinary user owns few cgroups, and does without the others.</summary>
    /// <exception cref="SampanException">A limit needs one of the others.</exception>
    public Cgroup Permitted(CgroupHost host, LinuxResources? resources)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, directory) in _paths)
            if (CgroupFiles.MayMake(directory))
                paths[name] = directory;
        bool v2 = host.Mode == CgroupMode.V2;
        foreach (var write in v2 ? ResourceWrites.V2(resources ?? new LinuxResources()) : ResourceWrites.V1(resources ?? new LinuxResources()))
            if (!paths.ContainsKey(v2 ? "" : write.Controller))
                throw new SampanException(ErrorKind.PermissionDenied, v2
                    ? $"{write.Field}: rootless needs no limits + no cgrouppath when no permission is granted for cgroups: {Unified}: {Errno.EACCES.Describe()}"
                    : $"{write.Field}: cannot set {write.Controller} limit: container could not join or create cgroup");
        return new(paths);
    }

    /// <summary>
    /// Sets those limits that are not null; devices stay as they are. A v1 hierarchy that the container is not in, because no limit
    /// asked for it, is joined now: <see cref="Paths"/> may have grown, and the state wants to be saved again.
    /// </summary>
    public void Update(CgroupHost host, LinuxResources resources)
    {
        Unit?.Set(resources, IsV2);
        CgroupUpdate.Apply(this, host, resources);
    }

    /// <summary>What the launcher needs to start a process in this cgroup. The caller disposes it.</summary>
    public CgroupJoin OpenJoin() => CgroupJoin.Open(this);

    /// <summary>Moves a process in, all its threads. Costs a grace period of RCU, some milliseconds: a launcher uses <see cref="OpenJoin"/>.</summary>
    public void Add(int pid)
    {
        foreach (string directory in Directories())
            SmallFile.Write($"{directory}/cgroup.procs", $"{pid}");
    }

    /// <summary>The processes in it; in the caller's PID namespace, in no order.</summary>
    /// <param name="recursive">Those in cgroups below too, which a container may make.</param>
    public List<int> Pids(bool recursive = true)
    {
        var pids = new List<int>();
        CgroupFiles.Pids(ProcessDirectory, recursive, pids);
        return pids;
    }

    /// <summary>Stops every process where it is, and returns when all have stopped.</summary>
    /// <exception cref="SampanException">They did not within <paramref name="timeout"/>; all run again.</exception>
    public void Freeze(TimeSpan timeout) => CgroupFreezer.Freeze(this, timeout);

    public void Thaw() => CgroupFreezer.Thaw(this);

    public bool IsFrozen => CgroupFreezer.IsFrozen(this);

    /// <summary>Sends a signal to every process, those in cgroups below too. No process forked meanwhile escapes a SIGKILL.</summary>
    public void KillAll(Signal signal) => CgroupKill.All(this, signal);

    /// <summary>How many processes the kernel has killed here because memory ran out.</summary>
    public ulong OomKills => CgroupStatistics.OomKills(this);

    /// <summary>Whether the OOM killer has struck; true after the process is gone too, until <see cref="Remove"/>.</summary>
    public bool OomKilled => OomKills > 0;

    public CgroupStats Stats() => CgroupStatistics.Read(this);

    /// <summary>
    /// Removes it from every hierarchy, cgroups below first. What is gone already is no error. Waits, up to <paramref name="timeout"/>,
    /// for processes that are about to die; it kills none.
    /// </summary>
    /// <exception cref="SampanException">What could not be removed, all of it; the rest is removed.</exception>
    public void Remove(TimeSpan timeout)
    {
        Unit?.Stop();
        CgroupRemoval.Remove(this, timeout);
    }

    /// <summary>The directory of a controller, or null when the container is in no cgroup of that controller.</summary>
    public string? DirectoryOf(string controller) => _paths.GetValueOrDefault(controller) ?? (IsV2 ? Unified : null);

    /// <summary>Each once, also where controllers share a hierarchy; v2 last.</summary>
    internal List<string> Directories()
    {
        var directories = new List<string>(_paths.Count);
        foreach (var (controller, path) in _paths)
            if (controller.Length > 0 && !directories.Contains(path))
                directories.Add(path);
        if (Unified is { } unified)
            directories.Add(unified);
        return directories;
    }

    /// <summary>The directory to ask for processes.</summary>
    internal string ProcessDirectory => Unified ?? DirectoryOf("devices") ?? DirectoryOf("pids") ?? Directories()[0];

    internal static void AddPath(Dictionary<string, string> paths, CgroupHierarchy hierarchy, string directory)
    {
        if (hierarchy.IsV2)
            paths[""] = directory;
        foreach (string name in hierarchy.Names)
            paths[name] = directory;
    }

    internal void AddHierarchy(CgroupHierarchy hierarchy, string directory) => AddPath(_paths, hierarchy, directory);

    /// <returns>The directory it had there, or null.</returns>
    internal string? DropHierarchy(CgroupHierarchy hierarchy)
    {
        string? directory = null;
        foreach (string name in hierarchy.Names)
            _paths.Remove(name, out directory);
        return directory;
    }
}
