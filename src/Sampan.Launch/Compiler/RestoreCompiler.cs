using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// Compiles what precedes a restore: in a mount namespace of its own, which CRIU inherits, the container's root becomes a mount point, and what
/// mounts of the specification need to be mounted on is made in it. Nothing of it is ever in the host's mount table.
/// </summary>
public static class RestoreCompiler
{
    /// <summary>The plan; its <see cref="LaunchPlan.Child"/> operations are for the restoring thread itself.</summary>
    /// <param name="request">The specification and the root file system.</param>
    /// <param name="facts">What the host is like.</param>
    /// <param name="place">An empty directory: where the root will be.</param>
    /// <exception cref="SampanException">A field that is wrong or that this host cannot give; the message begins with the field.</exception>
    public static LaunchPlan Root(LaunchRequest request, HostFacts facts, string place)
    {
        SpecValidation.Check(request.Spec, request.Rootfs);
        var plan = new LaunchPlan();
        var c = new Compilation(request, facts, plan);
        var list = plan.Child;
        var spare = plan.NewSlot();
        list.For("(restore)", "/");
        list.Call(SyscallNumber.unshare, CloneFlags.CLONE_NEWNS);
        list.Call(SyscallNumber.mount, 0, list.Text("/"), 0, (ulong)(MountFlags.MS_SLAVE | MountFlags.MS_REC), 0);
        Open(c);
        // Two copies: one takes the binds, for mount points may lie in them, and is thrown away; CRIU gets the other. Made of the attached one: before
        // Linux 6.15 a mount that is not cannot be copied.
        list.For("root", place);
        Move(list, Slot.Root, place);
        c.CloneTree(Slot.Root, "", recursive: true).Into(spare);
        MountPoints(c);
        list.For("root", place);
        list.Call(SyscallNumber.umount2, list.Text(place), (uint)UmountFlags.MNT_DETACH);
        Move(list, spare, place);
        return plan;
    }

    /// <inheritdoc cref="MountSteps.Place"/>
    public static string Place(string destination, string rootfs) => MountSteps.Place(destination, rootfs);

    /// <summary>The place in the root file system that the source of a bind is; null: it is the host's.</summary>
    public static string? Inside(string source, string rootfs) => MountSteps.Inside(MountSteps.Clean(source), rootfs);

    private static void Open(Compilation c)
    {
        var mounts = c.Spec.Mounts ?? [];
        int root = mounts.FindIndex(static m => m.Destination == "/");
        if (root >= 0)
        {
            OverlaySteps.Mount(c, mounts[root], $"mounts[{root}]");
            return;
        }
        c.Child.For("root.path", c.Request.Rootfs);
        c.CloneTree(At.AT_FDCWD, c.Request.Rootfs, recursive: true).Into(Slot.Root);
    }

    private static void Move(OperationList list, Slot mount, string place)
        => list.Call(SyscallNumber.move_mount, mount, list.Text(""), At.AT_FDCWD, list.Text(place), MoveMountFlags.MOVE_MOUNT_F_EMPTY_PATH);

    private static void MountPoints(Compilation c)
    {
        var mounts = c.Spec.Mounts ?? [];
        for (int i = 0; i < mounts.Count; i++)
        {
            string destination = c.Destination(mounts[i]);
            // CRIU brings the content of a tmpfs back itself, and what of a cgroup file system lies below sysfs is there with it.
            if (destination == "/" || mounts[i].Type is "cgroup" or "cgroup2" || OnTmpfs(c, destination))
                continue;
            var options = MountOptions.Parse(mounts[i]);
            string source = mounts[i].Source ?? "";
            var kind = options.Bind ? c.Facts.KindOf(source) : HostPathKind.Directory;
            string? inside = options.Bind ? c.Inside(MountSteps.Clean(source)) : null;
            if (kind == HostPathKind.Missing && inside is null)
                throw new SampanException(ErrorKind.NotFound, $"mounts[{i}].source: {source}: no such file or directory");
            c.Child.For($"mounts[{i}]", destination);
            if (inside is not null)
                CopyInside(c, inside, options);
            c.OpenTarget(destination, kind == HostPathKind.File ? TargetKind.File : TargetKind.Directory, Slot.Target);
            if (!options.Bind)
                continue;
            if (inside is null)
                c.CloneTree(At.AT_FDCWD, source, options.Recursive);
            c.Attach().If(Slot.Mount);
        }
    }

    // What is in a tmpfs, or was made while the container ran, comes back with CRIU.
    private static void CopyInside(Compilation c, string source, MountOptions options)
    {
        c.Child.Close(Slot.Mount);
        c.OpenTarget(source, TargetKind.Existing, Slot.Target).Tolerate(Errno.ENOENT);
        c.Child.Special(OpCode.OutsideProc, Slot.Target).If(Slot.Target);
        c.CloneTree(Slot.Target, "", options.Recursive).If(Slot.Target);
    }

    private static bool OnTmpfs(Compilation c, string path)
        => c.Spec.Mounts!.Exists(m => m.Type == "tmpfs" && path.StartsWith(c.Destination(m) + "/", StringComparison.Ordinal));
}
