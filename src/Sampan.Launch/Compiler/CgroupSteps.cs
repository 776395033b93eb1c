using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>Joining the container's cgroups, whose directories and limits the launcher made before: cgroups(7).</summary>
internal static class CgroupSteps
{
    /// <summary>
    /// On v2 the child is born in its cgroup (CLONE_INTO_CGROUP); on v1 it enters by itself, after its namespaces exist and before it mounts, opens or
    /// allocates anything for the container. systemd makes a scope around a process that exists: then the child waits here.
    /// </summary>
    public static void Join(Compilation c)
    {
        if (c.Plan.AwaitsCgroups)
        {
            c.Child.For("linux.cgroupsPath");
            c.Child.Special(OpCode.AwaitCgroups);
        }
        Join(c.Plan, c.Facts);
        if (!c.NewCgroupNamespace)
            return;
        c.Child.For("linux.namespaces", "cgroup");
        c.Child.Call(SyscallNumber.unshare, CloneFlags.CLONE_NEWCGROUP);
    }

    public static void Join(LaunchPlan plan, HostFacts facts)
    {
        // "0" into `tasks` moves the calling thread alone, which is all there is; into cgroup.procs it would stop all forks of the host first.
        foreach (string file in facts.CgroupTasks)
        {
            var slot = plan.NewSlot();
            plan.CgroupTasks.Add(slot);
            plan.Child.For("linux.cgroupsPath", file);
            plan.Child.Special(OpCode.Write, slot, plan.Child.Text("0"), 1);
        }
        if (!facts.CgroupIsMadeForProcess)
            return;
        plan.Child.For("linux.cgroupsPath");
        plan.Child.Special(OpCode.Notify, (int)Stage.Cgroup);
        plan.Child.Special(OpCode.Await);
    }
}
