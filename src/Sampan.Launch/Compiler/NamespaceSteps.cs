using System.Runtime.InteropServices;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>New and joined namespaces. Source: runtime-spec 1.3, config-linux.md, "Namespaces"; namespaces(7).</summary>
internal static class NamespaceSteps
{
    public static CloneFlags FlagOf(string? type) => type switch
    {
        "pid" => CloneFlags.CLONE_NEWPID,
        "network" => CloneFlags.CLONE_NEWNET,
        "mount" => CloneFlags.CLONE_NEWNS,
        "ipc" => CloneFlags.CLONE_NEWIPC,
        "uts" => CloneFlags.CLONE_NEWUTS,
        "user" => CloneFlags.CLONE_NEWUSER,
        "cgroup" => CloneFlags.CLONE_NEWCGROUP,
        "time" => CloneFlags.CLONE_NEWTIME,
        _ => CloneFlags.None,
    };

    /// <summary>Chooses the flags of clone3, joins what exists already, and takes the ids of the user namespace.</summary>
    /// <remarks>
    /// New namespaces belong to the user namespace they are made in, and those of the host's are entered with the host's privileges. So a container
    /// that has a user namespace and joins any is made in two steps: a process joins, the user namespace last, and makes the container's.
    /// </remarks>
    public static void Enter(Compilation c)
    {
        var namespaces = c.Linux.Namespaces ?? [];
        var fresh = CloneFlags.None;
        bool joins = false;
        for (int i = 0; i < namespaces.Count; i++)
        {
            var ns = namespaces[i];
            bool isNew = string.IsNullOrEmpty(ns.Path);
            c.InUserNamespace |= ns.Type == "user";
            c.Plan.WritesIdMaps |= ns.Type == "user" && isNew;
            c.NewMountNamespace |= ns.Type == "mount" && isNew;
            c.NewNetworkNamespace |= ns.Type == "network" && isNew;
            c.NewCgroupNamespace |= ns.Type == "cgroup" && isNew;
            joins |= !isNew && (ns.Type != "pid" || !c.Facts.Privileged);
            // A new cgroup namespace has its root where the process is: it is made after the process joined its cgroup.
            // And offsets are written before the first process is in a time namespace.
            if (isNew && ns.Type != "cgroup" && !(ns.Type == "time" && c.Linux.TimeOffsets is { Count: > 0 }))
                fresh |= FlagOf(ns.Type);
        }
        if (!namespaces.Exists(static ns => ns.Type == "mount"))
        {
            fresh |= CloneFlags.CLONE_NEWNS;
            c.NewMountNamespace = true;
            c.LaunchersMounts = c.Plan.NewSlot();
            c.Plan.Prepare.For("linux.namespaces", "mount");
            c.Plan.Prepare.Call(SyscallNumber.openat, At.AT_FDCWD, c.Plan.Prepare.Text("/proc/self/ns/mnt"), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC).Into(c.LaunchersMounts);
        }
        c.Plan.ClonesAgain = joins && c.InUserNamespace;
        // Making namespaces and making cgroups take about as long: the child does the one while the parent does the other. But what is made in a user
        // namespace is made by its root, and where nothing is waited for nothing is gained.
        c.Plan.AwaitsCgroups = !c.InUserNamespace && c.Facts.CgroupTasks.Count is > 0 and <= PlanHeader.MaxDescriptors;
        var unshared = c.Plan.AwaitsCgroups ? fresh & ~(CloneFlags.CLONE_NEWPID | CloneFlags.CLONE_NEWTIME) : 0;
        if (!c.Plan.ClonesAgain)
            c.Plan.Clone = fresh & ~unshared;
        // A user namespace that is joined has its masters in it already. But from then on the files of /proc/self are those of the host's root: where a
        // namespace's own root has to write to some, it hides when that is done.
        bool hidesFirst = !c.Plan.WritesIdMaps && (c.Linux.TimeOffsets is not { Count: > 0 } || c.InUserNamespace && c.Facts.Privileged);
        // Who lacks the capability would lose sight of it, too: start, exec and hooks ask /proc for its namespaces and its root.
        if (hidesFirst && c.Facts.SeesHidden)
            Hide(c.Child);
        if (unshared != 0)
        {
            c.Child.For("linux.namespaces");
            c.Child.Call(SyscallNumber.unshare, unshared);
        }
        // Who has no privileges in the host's namespaces gets them in its user namespace, and those it joins should belong to that.
        Join(c, namespaces, user: !c.Facts.Privileged);
        Join(c, namespaces, user: c.Facts.Privileged);
        if (c.Plan.ClonesAgain)
        {
            c.Child.For("linux.namespaces");
            c.Child.Special(OpCode.CloneAgain, fresh);
            c.Child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_PDEATHSIG, 9);
        }
        if (c.InUserNamespace)
            TakeIds(c);
        for (int i = 0; i < namespaces.Count; i++)
        {
            if (namespaces[i].Type == "time" && string.IsNullOrEmpty(namespaces[i].Path) && c.Linux.TimeOffsets is { Count: > 0 })
                NewTimeNamespace(c, $"linux.namespaces[{i}]");
        }
        if (!hidesFirst && c.Facts.SeesHidden)
            Hide(c.Child);
    }

    /// <summary>
    /// From here on, until execve, no process of the container may look at this one, whatever capabilities it has there: through its descriptors, its root
    /// and its memory it would be with the host (CVE-2016-9962).
    /// </summary>
    public static void Hide(OperationList child)
    {
        child.For("(launch)");
        child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_DUMPABLE, 0);
    }

    private static void Join(Compilation c, List<LinuxNamespace> namespaces, bool user)
    {
        for (int i = 0; i < namespaces.Count; i++)
        {
            if (!string.IsNullOrEmpty(namespaces[i].Path) && namespaces[i].Type == "user" == user)
                Join(c, namespaces[i], FlagOf(namespaces[i].Type), $"linux.namespaces[{i}]");
        }
    }

    private static void Join(Compilation c, LinuxNamespace ns, CloneFlags flag, string field)
    {
        var slot = c.Plan.NewSlot();
        c.Plan.Prepare.For(field, ns.Path!);
        // Without blocking: the path may be a fifo's.
        c.Plan.Prepare.Call(SyscallNumber.openat, At.AT_FDCWD, c.Plan.Prepare.Text(ns.Path!), OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_CLOEXEC).Into(slot);
        c.Child.For(field, ns.Path!);
        // A PID namespace is joined by one's children, never by oneself: those of the launcher or, where that has no privileges, of the process.
        if (ns.Type == "pid" && c.Facts.Privileged)
            c.Plan.Prepare.Call(SyscallNumber.setns, slot, flag);
        else
            c.Child.Call(SyscallNumber.setns, slot, flag);
    }

    // Until now its ids are the overflow ids, or the launcher's: only as root of the namespace may it make the container.
    private static void TakeIds(Compilation c)
    {
        c.Child.For(c.Plan.WritesIdMaps ? "linux.uidMappings" : "linux.namespaces", c.Plan.WritesIdMaps ? "" : "user");
        if (!c.Plan.ClonesAgain)
            c.Child.Special(OpCode.Notify, (int)Stage.UserNamespace);
        c.Child.Special(OpCode.Await, 1);
        c.Child.Call(SyscallNumber.setresgid, 0, 0, 0);
        c.Child.Call(SyscallNumber.setresuid, 0, 0, 0);
    }

    // Offsets can be set only before the first process is in. unshare makes the namespace for children; one enters it by setns(2), for execve(2) does so
    // in newer kernels alone: time_namespaces(7).
    private static void NewTimeNamespace(Compilation c, string field)
    {
        c.Child.For(field);
        c.Child.Call(SyscallNumber.unshare, CloneFlags.CLONE_NEWTIME);
        foreach (var (clock, offset) in c.Linux.TimeOffsets!)
        {
            if (clock is not ("monotonic" or "boottime"))
                throw Compilation.Invalid("linux.timeOffsets", $"\"{clock}\" is neither monotonic nor boottime");
            if (offset.Nanosecs > 999_999_999)
                throw Compilation.Invalid($"linux.timeOffsets.{clock}.nanosecs", $"{offset.Nanosecs} is a second or more");
            c.Child.For($"linux.timeOffsets.{clock}");
            string line = $"{clock} {offset.Secs} {offset.Nanosecs}\n";
            // Once it has changed its ids, the files of its own /proc/self are no longer the process's.
            if (c.InUserNamespace && c.Facts.Privileged)
                c.Plan.TimeOffsets.Add(line);
            else
                c.WriteProc("self/timens_offsets", line);
        }
        if (c.Plan.TimeOffsets.Count > 0)
        {
            c.Child.For("linux.timeOffsets");
            c.Child.Special(OpCode.Notify, (int)Stage.TimeOffsets);
            c.Child.Special(OpCode.Await);
        }
        c.Child.For(field);
        c.Child.Call(SyscallNumber.openat, c.LaunchersProc(), c.Child.Text("self/ns/time_for_children"), OpenFlags.O_RDONLY | OpenFlags.O_CLOEXEC).Into(Slot.File);
        c.Child.Call(SyscallNumber.setns, Slot.File, CloneFlags.CLONE_NEWTIME);
    }

    /// <summary>Lets the parent move network devices in: before the sysctls, some of which are a device's.</summary>
    public static void NetworkDevices(Compilation c)
    {
        if (c.Linux.NetDevices is not { Count: > 0 })
            return;
        c.Child.For("linux.netDevices");
        c.Child.Special(OpCode.Notify, (int)Stage.NetworkDevices);
        c.Child.Special(OpCode.Await);
    }

    /// <summary>Host and domain name.</summary>
    public static void Names(Compilation c)
    {
        if (!string.IsNullOrEmpty(c.Spec.Hostname))
            Name(c, "hostname", SyscallNumber.sethostname, c.Spec.Hostname);
        if (!string.IsNullOrEmpty(c.Spec.Domainname))
            Name(c, "domainname", SyscallNumber.setdomainname, c.Spec.Domainname);
    }

    private static void Name(Compilation c, string field, SyscallNumber call, string name)
    {
        if ((c.Linux.Namespaces ?? []).All(static ns => ns.Type != "uts") || c.Facts.OwnNamespaces.Contains("uts"))
            throw Compilation.Invalid(field, "needs a uts namespace other than the host's, or the host would be renamed");
        c.Child.For(field, name);
        c.Child.Call(call, c.Child.Text(name), System.Text.Encoding.UTF8.GetByteCount(name));
    }

    /// <summary>ioctl(SIOCSIFFLAGS) of <c>lo</c>: netdevice(7).</summary>
    public static void LoopbackUp(Compilation c)
    {
        const int SIOCSIFFLAGS = 0x8914, IFF_UP = 1, AF_INET = 2, SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
        Span<byte> ifreq = stackalloc byte[40];
        ifreq.Clear();
        "lo"u8.CopyTo(ifreq);
        MemoryMarshal.Write(ifreq[16..], (short)IFF_UP);
        c.Child.For("linux.namespaces", "lo");
        c.Child.Call(SyscallNumber.socket, AF_INET, SOCK_DGRAM_CLOEXEC, 0).Into(Slot.File);
        c.Child.Call(SyscallNumber.ioctl, Slot.File, SIOCSIFFLAGS, c.Child.Data.Blob(ifreq));
    }

    /// <summary>Enters the namespaces of a running container, by the pidfd of its init process.</summary>
    /// <param name="privileged">See <see cref="HostFacts.Privileged"/>.</param>
    public static void Join(LaunchPlan plan, JoinRequest request, bool privileged)
    {
        // Who has no privileges here has them only once it is in the user namespace, and a PID namespace is for children: the process joins and makes another.
        // So does a hook's: a launcher that has more to do than this process must not itself begin to have its children there.
        bool again = request.Namespaces.HasFlag(CloneFlags.CLONE_NEWPID) && (request.Hook is not null || request.InUserNamespace && !privileged);
        var first = again ? 0 : request.Namespaces & CloneFlags.CLONE_NEWPID;
        if (first != 0)
        {
            plan.Prepare.For("linux.namespaces");
            plan.Prepare.Call(SyscallNumber.setns, Slot.InitPidFd, first);
        }
        var others = request.Namespaces & ~first;
        plan.Child.For("linux.namespaces");
        if (others != 0)
            plan.Child.Call(SyscallNumber.setns, Slot.InitPidFd, others);
        if (again)
            EnterPids(plan);
        // The root of the container's init, not the root of its mount namespace: in one made inside a chroot these differ.
        plan.Child.Call(SyscallNumber.fchdir, Slot.Root);
        plan.Child.Call(SyscallNumber.chroot, plan.Child.Text("."));
        if (!request.InUserNamespace)
            return;
        plan.Child.Call(SyscallNumber.setresgid, 0, 0, 0);
        plan.Child.Call(SyscallNumber.setresuid, 0, 0, 0);
    }

    /// <summary>By another process: who joins a PID namespace does not come to be in it, but its children do.</summary>
    public static void EnterPids(LaunchPlan plan)
    {
        plan.ClonesAgain = true;
        plan.Child.Special(OpCode.CloneAgain, CloneFlags.None);
        plan.Child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_PDEATHSIG, 9);
        plan.Child.Special(OpCode.Await, 1);
    }
}
