using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// Makes a cgroup's directories and gives them their limits, in two steps: a process is born in the v2 directory, which must be there before; while it
/// sets itself up, the rest can be made.
/// </summary>
public sealed class CgroupMaker
{
    private readonly Cgroup _cgroup;
    private readonly CgroupHost _host;
    private readonly CgroupOrder _order;
    private readonly DevicePolicy _policy;
    private readonly List<CgroupWrite> _writes;
    private readonly List<string> _made = [];
    private bool _existed;

    /// <exception cref="SampanException">Whatever can be wrong without the kernel's help; nothing is made yet.</exception>
    public CgroupMaker(Cgroup cgroup, CgroupHost host, CgroupOrder order)
    {
        (_cgroup, _host, _order) = (cgroup, host, order);
        _policy = DevicePolicy.Of(order.Resources.Devices);
        _writes = cgroup.IsV2 ? ResourceWrites.V2(order.Resources) : ResourceWrites.V1(order.Resources);
    }

    public Cgroup Cgroup => _cgroup;

    /// <summary>The v2 directory, where there is one; on a host of v2 alone with all its limits.</summary>
    public void MakeUnified()
    {
        if (_cgroup.Unified is not { } unified)
            return;
        if (_cgroup.IsV2)
            V2Controllers.MakeParents(_host.Unified!.MountPoint, unified, _writes, _made);
        MakeLeaf(unified);
        if (!_cgroup.IsV2)
            return;
        RefuseFrozen();
        CgroupWriter.Apply(_writes, _cgroup.DirectoryOf);
        _order.Privileged(() => DeviceFilter.Attach(_policy, unified));
        if (_order.Owner is { } owner)
            _order.Privileged(() => CgroupOwnership.Give(unified, owner));
    }

    /// <summary>The directories of v1 and their limits.</summary>
    /// <returns>The cgroup, complete.</returns>
    public Cgroup MakeRest()
    {
        if (_cgroup.IsV2)
            return _cgroup;
        foreach (string directory in _cgroup.Directories())
            if (directory != _cgroup.Unified)
                MakeLeaf(directory);
        RefuseFrozen();
        if (_cgroup.DirectoryOf("cpuset") is { } cpuset)
            V1Cpuset.Inherit(_host.V1("cpuset")!.MountPoint, cpuset, _order.Resources.Cpu);
        if (_cgroup.DirectoryOf("devices") is not null)
            _order.Privileged(() => CgroupWriter.Apply(_policy.V1Writes(), _cgroup.DirectoryOf));
        else if (!_order.Rootless && !(_policy.AllowByDefault && _policy.Exceptions.Count == 0))
            throw new SampanException(ErrorKind.Unsupported, $"{ResourceWrites.Root}.devices: this host's cgroups have no devices controller");
        CgroupWriter.Apply(_writes, _cgroup.DirectoryOf);
        return _cgroup;
    }

    /// <summary>Removes what was made when a step fails; what was there before stays. The process born here must have been reaped.</summary>
    public void Undo(TimeSpan timeout) => CgroupRemoval.Remove(_cgroup, _made, timeout);

    /// <summary>One that exists is taken over when no process is in it: somebody prepared it, or a killed create left it.</summary>
    private void MakeLeaf(string directory)
    {
        int before = _made.Count;
        CgroupFiles.Make(directory, _made);
        if (_made.Count > before && _made[^1] == directory)
            return;
        _existed = true;
        var pids = new List<int>();
        CgroupFiles.Pids(directory, recursive: true, pids);
        if (pids.Count > 0)
            throw new SampanException(ErrorKind.Conflict, $"linux.cgroupsPath: container's cgroup is not empty: {directory} is in use by process {pids[0]}{(pids.Count > 1 ? $" and {pids.Count - 1} more" : "")}");
    }

    // The container's process would stop as soon as it is in, and its creator wait for ever.
    private void RefuseFrozen()
    {
        if (_existed && CgroupFreezer.WouldFreeze(_cgroup))
            throw new SampanException(ErrorKind.Conflict, $"linux.cgroupsPath: container's cgroup unexpectedly frozen: {_cgroup.ProcessDirectory}");
    }
}
