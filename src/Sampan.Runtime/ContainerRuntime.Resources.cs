using Sampan.Cgroups;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

public sealed partial class ContainerRuntime
{
    /// <summary>Stops every process of a container where it is; returns when all have stopped.</summary>
    /// <exception cref="SampanException">It neither runs nor waits for its start, or does not stop within ten seconds and runs on.</exception>
    public void Pause(string id)
    {
        var directory = StateDirectory.Open(Root, id);
        using var locked = directory.Lock();
        string status = Status(directory, out var state);
        if (status is not ("running" or "created"))
            throw new SampanException(ErrorKind.Conflict, $"cannot pause a {status} container: {id}");
        CgroupOf(state!).Freeze(Patience);
    }

    /// <summary>Lets the processes of a paused container go on.</summary>
    public void Resume(string id)
    {
        var directory = StateDirectory.Open(Root, id);
        using var locked = directory.Lock();
        string status = Status(directory, out var state);
        if (status != "paused")
            throw new SampanException(ErrorKind.Conflict, $"cannot resume a container that is not paused: {id} ({status})");
        CgroupOf(state!).Thaw();
    }

    /// <summary>The pids of a container's processes, ascending, those of <see cref="Exec"/> too; none when it has stopped.</summary>
    public List<int> Processes(string id)
    {
        var directory = StateDirectory.Open(Root, id);
        string status = Status(directory, out var state);
        var pids = state is { CgroupPaths.Count: > 0 } ? CgroupOf(state).Pids() : status == "stopped" ? [] : Members(directory, state!.Pid);
        pids.Sort();
        return pids;
    }

    /// <summary>
    /// Sets new limits; those that <paramref name="changes"/> leaves null stay. The container's copy of its specification then has them
    /// too, so that a later change of half of a pair (a quota and its period, memory and swap) knows the other half.
    /// </summary>
    public void Update(string id, LinuxResources changes)
    {
        var directory = StateDirectory.Open(Root, id);
        using var locked = directory.Lock();
        if (Status(directory, out var state) == "stopped" || state is null)
            throw NotRunning(id);
        var spec = directory.ReadConfig();
        var cgroup = CgroupOf(state);
        int hierarchies = cgroup.Paths.Count;
        cgroup.Update(CgroupHost.Probe(), ResourceChanges.Complete(changes, spec.Linux?.Resources));
        if (cgroup.Paths.Count != hierarchies)
        {
            state.CgroupPaths = new Dictionary<string, string>(cgroup.Paths);
            directory.Write(state);
        }
        ResourceChanges.Merge((spec.Linux ??= new LinuxSpec()).Resources ??= new LinuxResources(), changes);
        directory.WriteConfig(spec.ToJson());
    }

    /// <summary>Gives a container's class of service other shares of caches and memory bandwidth; those that are null stay.</summary>
    /// <exception cref="SampanException">The container is in no class, or the kernel refuses.</exception>
    public void UpdateClass(string id, string? l3CacheSchema, string? memBwSchema)
    {
        var directory = StateDirectory.Open(Root, id);
        using var locked = directory.Lock();
        if (Status(directory, out _) == "stopped")
            throw NotRunning(id);
        var spec = directory.ReadConfig();
        if (spec.Linux?.IntelRdt is not { } rdt)
            throw new SampanException(ErrorKind.Conflict, $"linux.intelRdt: container {id} was created without a class of service");
        var change = new LinuxIntelRdt { ClosID = rdt.ClosID, L3CacheSchema = l3CacheSchema, MemBwSchema = memBwSchema };
        ResctrlSteps.Check(change);
        ResctrlGroups.Of(change, id, ResctrlGroups.Mounted())!.Change();
        rdt.L3CacheSchema = l3CacheSchema ?? rdt.L3CacheSchema;
        rdt.MemBwSchema = memBwSchema ?? rdt.MemBwSchema;
        directory.WriteConfig(spec.ToJson());
    }

    private static Cgroup CgroupOf(ContainerState state) => state.CgroupPaths is { Count: > 0 } paths ? Cgroup.Open(paths, UnitOf(state))
        : throw new SampanException(ErrorKind.Unsupported, $"container {state.ID} has no cgroup");

    private static SystemdUnit? UnitOf(ContainerState state) => state.SystemdUnit is { } unit ? new SystemdUnit(unit, state.SystemdBus) : null;
}
