using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>The root file system: opened or mounted, attached, and switched to by pivot_root(2).</summary>
internal static class RootfsSteps
{
    /// <summary>Puts the container's root into <see cref="Slot.Root"/>, mounted over the launcher's own root.</summary>
    public static void Open(Compilation c)
    {
        if (!c.NewMountNamespace)
        {
            // A joined mount namespace brings its own root.
            c.Child.For("root", "/");
            c.Child.Call(SyscallNumber.openat2, At.AT_FDCWD, c.Child.Text(c.Request.Rootfs), c.Child.Data.Struct(new open_how
            {
                flags = (ulong)(OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC), resolve = (ulong)ResolveFlags.RESOLVE_NO_MAGICLINKS,
            }), 24).Into(Slot.Root);
            return;
        }
        c.Child.For("linux.rootfsPropagation", "/");
        c.Child.Call(SyscallNumber.mount, 0, c.Child.Text("/"), 0, (ulong)(HostPropagation(c.Linux.RootfsPropagation) | MountFlags.MS_REC), 0);
        BindSteps.OpenSources(c, peers: SharesWithHost(c));
        if (SharesWithHost(c))
        {
            // What is attached over a mount that the host shares is attached over the host's, too: and this is the host's root.
            c.Child.For("linux.rootfsPropagation", "/");
            c.Child.Call(SyscallNumber.mount, 0, c.Child.Text("/"), 0, (ulong)MountFlags.MS_PRIVATE, 0);
        }

        var union = RootMount(c, out string field);
        if (union is not null)
            OverlaySteps.Mount(c, union, field);
        else
            CloneDirectory(c);

        // Over "/" itself, as the one directory that is sure to be there and to be allowed, whoever the container's root is outside; but where
        // hooks come to see it, over its own directory, which is where they look for it.
        string place = union is null && SeenByHooks(c) ? c.Request.Rootfs : "/";
        c.Child.For("root", place);
        c.Child.Call(SyscallNumber.move_mount, Slot.Root, c.Child.Text(""), At.AT_FDCWD, c.Child.Text(place), MoveMountFlags.MOVE_MOUNT_F_EMPTY_PATH);
    }

    // Of a shared mount only "/" is known not to be one. A user namespace's root may have no way to the directory; and chroot needs what is outside covered.
    private static bool SeenByHooks(Compilation c) => c.Request.StopsBeforePivot && !SharesWithHost(c) && !c.InUserNamespace && !c.Request.NoPivot;

    private static Mount? RootMount(Compilation c, out string field)
    {
        var mounts = c.Spec.Mounts ?? [];
        for (int i = 0; i < mounts.Count; i++)
        {
            field = $"mounts[{i}]";
            if (mounts[i].Destination == "/")
                return mounts[i];
        }
        field = "root";
        return null;
    }

    private static void CloneDirectory(Compilation c)
    {
        const OpenTreeFlags Clone = OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC | OpenTreeFlags.AT_RECURSIVE;
        if (!c.OpensByGrant)
        {
            c.Child.For("root.path", c.Request.Rootfs);
            c.Child.Call(SyscallNumber.open_tree, At.AT_FDCWD, c.Child.Text(c.Request.Rootfs), Clone).Into(Slot.Root);
            // A copy of a shared mount is its peer: what is mounted into the one appears in the other.
            if (SharesWithHost(c))
                c.SetAttributes(Slot.Root, 0, propagation: MountFlags.MS_PRIVATE);
            return;
        }
        // The namespace's root may have no way to the directory: the parent opens it, among the child's mounts, which are slaves of the host's.
        c.Plan.Grant.For("root.path", c.Request.Rootfs);
        c.Plan.Grant.Call(SyscallNumber.open_tree, At.AT_FDCWD, c.Plan.Grant.Text(c.Request.Rootfs), Clone).Into(Slot.Root);
        c.Plan.Grants[^1].Slots.Add(Slot.Root);
    }

    /// <summary>Makes it the root of the process, and lets go of the host's.</summary>
    public static void Enter(Compilation c)
    {
        bool detached = c.LaunchersMounts != Slot.None;
        if (detached)
            Detach(c);
        ProcessSteps.WorkingDirectory(c.Child, c.Spec.Process!, "process", Slot.Root, TargetKind.Directory);
        c.Child.For("root", "/");
        if (!c.NewMountNamespace)
        {
            c.Child.Call(SyscallNumber.fchdir, Slot.Root);
            c.Child.Call(SyscallNumber.chroot, c.Child.Text("."));
            return;
        }
        if (c.Spec.Root?.Readonly == true)
        {
            c.Child.For("root.readonly", "/");
            c.SetAttributes(Slot.Root, MountAttributes.MOUNT_ATTR_RDONLY);
        }
        c.Child.For("root", "/");
        c.Child.Call(SyscallNumber.fchdir, Slot.Root);
        if (detached)
        {
            c.Child.Call(SyscallNumber.chroot, c.Child.Text("."));
            return;
        }
        if (c.Request.NoPivot)
        {
            TakeKernelMounts(c);
            c.Child.Call(SyscallNumber.chroot, c.Child.Text("."));
        }
        else
        {
            var oldRoot = c.Plan.NewSlot();
            if (SharesWithHost(c))
                c.Child.Call(SyscallNumber.openat, At.AT_FDCWD, c.Child.Text("/"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC).Into(oldRoot);
            // With both arguments the same directory the old root ends up on top of the new one; unmounting "." then takes it away. pivot_root(2), NOTES.
            c.Child.Call(SyscallNumber.pivot_root, c.Child.Text("."), c.Child.Text("."));
            if (SharesWithHost(c))
            {
                // The host must not see the unmount. For mount(2) "." is what is below: only unmounting looks for what is on top.
                c.Child.Call(SyscallNumber.fchdir, oldRoot);
                c.Child.Call(SyscallNumber.mount, 0, c.Child.Text("."), 0, (ulong)(MountFlags.MS_SLAVE | MountFlags.MS_REC), 0);
            }
            c.Child.Call(SyscallNumber.umount2, c.Child.Text("."), (uint)UmountFlags.MNT_DETACH);
        }
        c.Child.Call(SyscallNumber.chdir, c.Child.Text("/"));
        if (!string.IsNullOrEmpty(c.Linux.RootfsPropagation))
        {
            c.Child.For("linux.rootfsPropagation", c.Linux.RootfsPropagation);
            c.Child.Call(SyscallNumber.mount, 0, c.Child.Text("/"), 0, (ulong)Propagation(c.Linux.RootfsPropagation), 0);
        }
    }

    // chroot leaves the host's mounts in the namespace, and a process of the container that sees a whole procfs there, in whatever place, may mount itself
    // another in a user namespace: one without masks. The host must not see them go; and those that are locked are covered.
    private static void TakeKernelMounts(Compilation c)
    {
        foreach (string place in c.Facts.KernelMounts)
        {
            c.Child.For("root", place);
            c.Child.Call(SyscallNumber.mount, 0, c.Child.Text(place), 0, (ulong)(MountFlags.MS_SLAVE | MountFlags.MS_REC), 0).Tolerate(Errno.EINVAL, Errno.ENOENT);
            if (c.InUserNamespace)
                c.Child.Call(SyscallNumber.mount, c.Child.Text("tmpfs"), c.Child.Text(place), c.Child.Text("tmpfs"), 0, 0).Tolerate(Errno.ENOENT, Errno.EACCES);
            else
                c.Child.Call(SyscallNumber.umount2, c.Child.Text(place), (uint)UmountFlags.MNT_DETACH).Tolerate(Errno.EINVAL, Errno.ENOENT);
        }
    }

    // A copy of the root with all that is mounted in it, which is attached nowhere: nobody but the container has it, and the kernel forgets it with the
    // container's last process. What it was copied from goes with the mount namespace that is left here.
    private static void Detach(Compilation c)
    {
        c.Child.For("linux.namespaces", "mount");
        c.CloneTree(Slot.Root, "", recursive: true).Into(Slot.Root);
        if (!string.IsNullOrEmpty(c.Linux.RootfsPropagation))
        {
            c.Child.For("linux.rootfsPropagation", c.Linux.RootfsPropagation);
            var flags = Propagation(c.Linux.RootfsPropagation);
            c.SetAttributes(Slot.Root, 0, 0, flags & ~MountFlags.MS_REC, flags.HasFlag(MountFlags.MS_REC));
        }
        c.Child.For("linux.namespaces", "mount");
        c.Child.Call(SyscallNumber.setns, c.LaunchersMounts, CloneFlags.CLONE_NEWNS);
    }

    private static MountFlags Propagation(string name)
        => MountOptionNames.Propagation(name) is var flags and not 0 ? flags
            : throw Compilation.Invalid("linux.rootfsPropagation", $"\"{name}\" is none of shared, slave, private, unbindable and their recursive forms");

    private static bool SharesWithHost(Compilation c) => HostPropagation(c.Linux.RootfsPropagation) == MountFlags.MS_SHARED;

    // What the copies of the host's mounts become first. Slave, unless told otherwise: mounts of the host arrive in volumes, never the other way.
    private static MountFlags HostPropagation(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return MountFlags.MS_SLAVE;
        var flags = Propagation(name) & ~MountFlags.MS_REC;
        return flags == MountFlags.MS_UNBINDABLE ? MountFlags.MS_PRIVATE : flags;
    }
}
