using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>
/// Compiles a specification into the list of kernel operations that makes the container. Pure: what it knows of the host is in <see cref="HostFacts"/>.
/// Read <see cref="Launch"/> from top to bottom and you have read how a container comes to be.
/// </summary>
public static class LaunchCompiler
{
    /// <summary>The plan of a new container.</summary>
    /// <exception cref="SampanException">A field that is wrong or that this host cannot give; the message begins with the field.</exception>
    public static LaunchPlan Launch(LaunchRequest request, HostFacts facts)
    {
        SpecValidation.Check(request.Spec, request.Rootfs);
        var plan = new LaunchPlan();
        Warn(plan, request.Spec);
        var c = new Compilation(request, facts, plan);

        if (!facts.Privileged && c.Linux.Namespaces?.Exists(static ns => ns.Type == "user") != true)
            throw new SampanException(ErrorKind.PermissionDenied, "linux.namespaces: rootless container requires user namespaces");
        if (c.Linux.Namespaces?.Exists(static ns => ns.Type == "user" && string.IsNullOrEmpty(ns.Path)) == true)
        {
            IdMapCheck.User(c.Linux, c.Spec.Process?.User, "process.user");
            IdMapCheck.Mounts(c.Linux, c.Spec.Mounts);
        }
        Begin(plan.Child);
        ConfinementSteps.Choose(plan.Child, facts, c.Spec.Process!, container: null, keyring: !request.NoNewKeyring);
        ProcessSteps.OomScore(plan, c.Spec.Process?.OomScoreAdj, c.Linux.Namespaces);
        NamespaceSteps.Enter(c);
        plan.Child.For("(launch)");
        plan.Child.Call(SyscallNumber.setsid).Tolerate(Errno.EPERM);
        CgroupSteps.Join(c);
        ResctrlSteps.Enter(plan, c.Linux.IntelRdt, request.ID, facts);
        PlacementSteps.ResetAffinity(plan.Child);
        PlacementSteps.Memory(plan.Child, c.Linux.MemoryPolicy, facts);
        NamespaceSteps.Names(c);
        NamespaceSteps.NetworkDevices(c);
        ProcSteps.WriteHostProc(c);

        RootfsSteps.Open(c);
        MountSteps.All(c);
        DeviceSteps.All(c);
        ConsoleSteps.Open(c);
        MountSteps.Finish(c);
        PathSteps.MaskAndProtect(c);
        if (request.StopsBeforePivot)
        {
            plan.Child.For("hooks");
            plan.Child.Special(OpCode.Notify, (int)Stage.BeforePivot);
            plan.Child.Special(OpCode.Await);
        }
        RootfsSteps.Enter(c);

        var process = c.Spec.Process ?? throw Compilation.Invalid("process", "missing");
        var steps = new ProcessSteps(plan.Child, process, facts, inUserNamespace: c.InUserNamespace, field: "process", plan.Warnings);
        steps.Session(request.NoNewKeyring ? null : request.ID);
        if (c.NewNetworkNamespace)
            NamespaceSteps.LoopbackUp(c);
        steps.Limits(plan.Prepare);
        SchedulingSteps.All(plan.Child, process, "process");
        SchedulingSteps.Personality(plan.Child, c.Linux.Personality);
        steps.Identity(c.Linux.Seccomp, request.PreserveFds);
        if (!request.NoProgram)
            steps.FindExecutable();
        plan.Child.For("(launch)");
        // Descriptors of the host's directories are among them: a process that is executed in the container meanwhile could open those by /proc/1/fd.
        // Our copy of the creator's lock, too: it would keep it locked if the creator were killed from here on, and nobody could delete the container.
        if (request.WaitForStart || request.Spec.Hooks?.StartContainer is { Count: > 0 })
            plan.Child.Special(OpCode.CloseOthers, 3 + request.PreserveFds, Slot.StartSocket);
        plan.Child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_PDEATHSIG, 0);
        plan.Child.Special(OpCode.Notify, (int)Stage.Ready);
        if (request.WaitForStart)
            plan.Child.Special(OpCode.AwaitStart, Slot.StartSocket);
        if (request.Spec.Hooks?.StartContainer is { Count: > 0 })
        {
            plan.Child.For("hooks.startContainer");
            plan.Child.Special(OpCode.Notify, (int)Stage.BeforeExec);
            plan.Child.Special(OpCode.Await);
        }
        steps.Execute(c.Linux.Seccomp, request.Filter);
        return plan;
    }

    // What the specification allows to be passed over, but not in silence.
    private static void Warn(LaunchPlan plan, Oci.Spec spec)
    {
        if (spec.Linux?.Resources?.Memory?.Kernel is > 0)
            plan.Warnings.Add("linux.resources.memory.kernel: ignored: since 5.16 Linux has no limit of kernel memory alone");
    }

    /// <summary>The plan of a hook: a program of the host; createContainer's runs in the container's namespaces. For startContainer's see <see cref="JoinRequest.Hook"/>.</summary>
    /// <remarks>Joining a mount namespace leads to what is attached over its root: the container's process itself is where the hook belongs, on either side of pivot_root.</remarks>
    public static LaunchPlan Hook(HookRequest request)
    {
        SpecValidation.CheckHook(request.Hook, request.Field);
        var plan = new LaunchPlan();
        var child = plan.Child;
        Begin(child);
        child.For(request.Field, request.Hook.Path!);
        if (request.Namespaces != 0)
            child.Call(SyscallNumber.setns, Slot.InitPidFd, request.Namespaces);
        if (request.Namespaces.HasFlag(CloneFlags.CLONE_NEWPID))
            NamespaceSteps.EnterPids(plan);
        if (request.Rootfs is not null)
        {
            child.For(request.Field, request.Rootfs);
            child.Call(SyscallNumber.fchdir, Slot.Root);
            child.Call(SyscallNumber.chroot, child.Text("."));
            // Who is root of a user namespace may have no way to it.
            child.Call(SyscallNumber.chdir, child.Text(request.Rootfs)).Tolerate(Errno.EACCES);
        }
        child.For(request.Field, request.Hook.Path!);
        child.Call(SyscallNumber.dup2, Slot.Input, 0);
        child.Call(SyscallNumber.close_range, 3, uint.MaxValue, 4); // CLOSE_RANGE_CLOEXEC
        child.Special(OpCode.Notify, (int)Stage.Ready);
        ProcessSteps.Signals(child);
        child.For(request.Field, request.Hook.Path!);
        child.Special(OpCode.Exec, 1, child.Data.Pointers([request.Hook.Path!]),
            child.Data.Pointers(request.Hook.Args is { Count: > 0 } args ? args : [request.Hook.Path!]), child.Data.Pointers(request.Hook.Env ?? []));
        return plan;
    }

    /// <summary>The plan of a process that holds a new user namespace until its parent has taken hold of it.</summary>
    public static LaunchPlan Holder()
    {
        var plan = new LaunchPlan { Clone = CloneFlags.CLONE_NEWUSER };
        Begin(plan.Child);
        plan.Child.Special(OpCode.Await);
        return plan;
    }

    /// <summary>Dies with the launcher while half made; taken back when the process is complete.</summary>
    /// <remarks>
    /// Twice over, for the kernel takes the signal back when ids change, and does not send it for a death that came before: who waits for the launcher, or
    /// tells it something, must find that its end of the conversation is gone, and not have a copy of that end itself.
    /// </remarks>
    private static void Begin(OperationList child)
    {
        child.For("(launch)");
        child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_PDEATHSIG, 9);
        child.Call(SyscallNumber.close, Slot.Parent);
    }

    /// <summary>The plan of one more process in a running container.</summary>
    public static LaunchPlan Join(JoinRequest request, HostFacts facts)
    {
        SpecValidation.CheckProcess(request.Process, request.Field);
        var plan = new LaunchPlan();
        var child = plan.Child;
        Begin(child);
        ConfinementSteps.Choose(child, facts, request.Process, request.Spec.Process, keyring: true);
        ProcessSteps.OomScore(plan, request.Process.OomScoreAdj ?? request.Spec.Process?.OomScoreAdj, []);
        NamespaceSteps.Hide(child); // nobody outside asks /proc for it
        CgroupSteps.Join(plan, facts);
        ResctrlSteps.Enter(plan, request.Spec.Linux?.IntelRdt, request.ID, facts);
        if (request.Hook is null)
            PlacementSteps.Affinity(plan, request.Process.ExecCpuAffinity ?? request.Spec.Process?.ExecCpuAffinity, "process.execCPUAffinity");
        PlacementSteps.Memory(child, request.Spec.Linux?.MemoryPolicy, facts);
        NamespaceSteps.Join(plan, request, facts.Privileged);
        child.For("(launch)");
        child.Call(SyscallNumber.setsid).Tolerate(Errno.EPERM);
        if (request.Process.Terminal)
            ConsoleSteps.OpenPty(child, request.Process, request.PlainTerminal);

        var steps = new ProcessSteps(child, request.Process, facts, request.InUserNamespace, request.Field, plan.Warnings)
        {
            Program = request.Hook?.Path, PlainEnvironment = request.Hook?.Env is not null,
        };
        ProcessSteps.WorkingDirectory(child, request.Process, request.Field, Slot.Root, TargetKind.Existing);
        steps.Session(request.ID);
        steps.Limits(plan.Prepare);
        SchedulingSteps.All(child, request.Process, request.Field);
        SchedulingSteps.Personality(child, request.Spec.Linux?.Personality);
        var seccomp = request.Spec.Linux?.Seccomp;
        steps.Identity(seccomp, request.PreserveFds);
        steps.FindExecutable();
        child.For("(launch)");
        if (request.Hook is not null)
            child.Call(SyscallNumber.dup2, Slot.Input, 0);
        child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_PDEATHSIG, 0);
        child.Special(OpCode.Notify, (int)Stage.Ready);
        steps.Execute(seccomp, request.Filter);
        return plan;
    }
}
