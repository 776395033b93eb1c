using Sampan.Cgroups;
using Sampan.Launch;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>How a launched process comes into its cgroup. The launcher asks, in this order, for what its plan needs.</summary>
internal interface ICgroupEntry : IDisposable
{
    /// <summary>The v2 cgroup it is born in; null: it is born in the launcher's.</summary>
    PathFd? Birthplace { get; }

    /// <summary>Whether it may stay outside, where the kernel lets nobody in: of an ordinary user's.</summary>
    bool IsOptional { get; }

    /// <summary>The files of <see cref="LaunchPlan.CgroupTasks"/>, into which it writes itself; asked for when the process is there, where <see cref="LaunchPlan.AwaitsCgroups"/>.</summary>
    FileFd[] Tasks();

    /// <summary>Puts the process in, which waits for it: <see cref="HostFacts.CgroupIsMadeForProcess"/>.</summary>
    void Enter(int pid);
}

/// <summary>A new container's cgroup, and how it is undone while the container is not complete.</summary>
internal abstract class NewCgroup(Cgroup cgroup) : ICgroupEntry
{
    protected Cgroup Cgroup => cgroup;

    public virtual PathFd? Birthplace => null;

    public bool IsOptional => false;

    /// <summary>Whether the cgroup is there, limits and all.</summary>
    public abstract bool IsMade { get; }

    /// <summary>Makes what must be there before the process.</summary>
    public virtual void Make() { }

    public abstract FileFd[] Tasks();

    public abstract void Enter(int pid);

    /// <summary>Kills who is in it, and removes it.</summary>
    public virtual void Undo(TimeSpan timeout)
    {
        cgroup.KillAll(Signal.SIGKILL);
        cgroup.Remove(timeout);
    }

    public virtual void Dispose() { }

    public static NewCgroup Of(Cgroup cgroup, CgroupHost host, CgroupOrder order, string id)
        => cgroup.Unit is null ? new NewDirectories(new CgroupMaker(cgroup, host, order)) : new NewUnit(cgroup, host, order, id);
}

/// <summary>Directories that this program makes: that of v2 before the process, which is born there, those of v1 meanwhile.</summary>
internal sealed class NewDirectories(CgroupMaker maker) : NewCgroup(maker.Cgroup)
{
    private PathFd? _birthplace;
    private CgroupJoin? _join;

    public override PathFd? Birthplace => _birthplace;

    public override bool IsMade => _join is not null;

    public override void Make()
    {
        maker.MakeUnified();
        if (Cgroup.Unified is { } unified)
            _birthplace = Open.Directory(unified);
    }

    public override FileFd[] Tasks() => (_join = maker.MakeRest().OpenJoin()).Tasks;

    public override void Enter(int pid) => Cgroup.Add(pid);

    public override void Undo(TimeSpan timeout)
    {
        if (IsMade && Cgroup.Paths.Count > 0)
            base.Undo(timeout);
        else
            maker.Undo(timeout);
    }

    public override void Dispose()
    {
        _birthplace?.Dispose();
        _join?.Dispose();
    }
}

/// <summary>A scope that systemd makes around the process.</summary>
internal sealed class NewUnit(Cgroup cgroup, CgroupHost host, CgroupOrder order, string id) : NewCgroup(cgroup)
{
    public override bool IsMade => true;

    public override FileFd[] Tasks() => [];

    public override void Enter(int pid) => Cgroup.Unit!.Start(Cgroup, host, order, id, pid);
}

/// <summary>The cgroup of a container that runs, or one below it.</summary>
/// <param name="join">Null: systemd is asked.</param>
/// <param name="below">Where the cgroup lies below the unit's, such as <c>/a</c>; empty: it is the unit's.</param>
internal sealed class JoinedCgroup(CgroupJoin? join, SystemdUnit? unit, string below, bool rootless) : ICgroupEntry
{
    public PathFd? Birthplace => join?.Directory;

    public bool IsOptional => rootless;

    public FileFd[] Tasks() => join?.Tasks ?? [];

    public void Enter(int pid)
    {
        try
        {
            unit!.Attach(below, pid);
        }
        catch (SampanException) when (rootless && below.Length == 0)
        {
            // As runc: the process comes from where his systemd may take none, and runs on there.
        }
    }

    public void Dispose() => join?.Dispose();
}
