using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>Files and directories of the host, shown inside. Source: runtime-spec 1.3, config.md, "Mounts"; mount_setattr(2).</summary>
internal static class BindSteps
{
    /// <returns>The slot that holds the mount, which is in its place.</returns>
    public static Slot Mount(Compilation c, Mount mount, string destination, MountOptions options, string field)
    {
        string source = mount.Source ?? "";
        if (source.Length == 0)
            throw Compilation.Invalid($"{field}.source", "missing");
        var kind = c.Facts.KindOf(source);
        string? inside = c.Inside(MountSteps.Clean(source));
        if (kind == HostPathKind.Missing && inside is null)
            throw new SampanException(ErrorKind.NotFound, $"{field}.source: {source}: no such file or directory");
        var slot = inside is null ? Clone(c, mount, source, options, field) : CloneInside(c, mount, inside, options, field);
        c.Child.For(field, destination);
        Flags(c, slot, options);
        if ((options.RecursiveSet | options.RecursiveClear) != 0)
            c.SetAttributes(slot, options.RecursiveSet, options.RecursiveClear, recursive: true);
        c.OpenMountPoint(destination, kind == HostPathKind.File ? TargetKind.File : TargetKind.Directory, Slot.Target);
        c.Child.Call(SyscallNumber.move_mount, slot, c.Child.Text(""), Slot.Target, c.Child.Text(""),
            MoveMountFlags.MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags.MOVE_MOUNT_T_EMPTY_PATH);
        return slot;
    }

    /// <summary>The flags asked for, and no others; but those that a user namespace got with the mount are not its to take away.</summary>
    public static void Flags(Compilation c, Slot slot, MountOptions options)
    {
        if (!options.Changes)
            return;
        c.SetAttributes(slot, options.Attributes, options.MustClear);
        if (options.MayClear != 0)
            c.SetAttributes(slot, 0, options.MayClear).Tolerate(Errno.EPERM);
    }

    /// <summary>
    /// Copies the sources that must be copied before the container's root is attached. That will lie over the host's, of which every later copy would bring it
    /// along, and show the container itself.
    /// </summary>
    /// <param name="peers">And all others whose copies are to be peers of the host's mounts: every mount is still shared with it, and only a copy made now is one.</param>
    public static void OpenSources(Compilation c, bool peers)
    {
        var mounts = c.Spec.Mounts ?? [];
        for (int i = 0; i < mounts.Count; i++)
        {
            var options = MountOptions.Parse(mounts[i]);
            if (!options.Bind || options.Remount || mounts[i].Source is not { Length: > 0 } source)
                continue;
            var kind = c.Facts.KindOf(source);
            bool first = kind == HostPathKind.Root && options.Recursive || peers && !c.OpensByGrant && !EndsPrivate(options);
            if (!first || kind == HostPathKind.Missing || c.Inside(MountSteps.Clean(source)) is not null)
                continue;
            var slot = c.Plan.NewSlot();
            if (c.OpensByGrant)
            {
                Open(c, mounts[i], source, options, $"mounts[{i}]", slot);
                c.GrantFirst(slot);
            }
            else
            {
                c.Child.For($"mounts[{i}]", source);
                c.CloneTree(At.AT_FDCWD, source, options.Recursive).Into(slot);
            }
            c.Sources.Add($"mounts[{i}]", slot);
        }
    }

    // It has peers no longer whenever it is copied: one open file less.
    private static bool EndsPrivate(MountOptions options)
        => options.Propagation is [.., var last] && (last & (MountFlags.MS_PRIVATE | MountFlags.MS_UNBINDABLE)) != 0 && (!options.Recursive || last.HasFlag(MountFlags.MS_REC));

    // A place in the root file system, with what the mounts before this one have put there.
    private static Slot CloneInside(Compilation c, Mount mount, string source, MountOptions options, string field)
    {
        c.Child.For($"{field}.source", source);
        c.OpenTarget(source, TargetKind.Existing, Slot.Target);
        c.Child.Special(OpCode.OutsideProc, Slot.Target); // it would be one without masks
        c.CloneTree(Slot.Target, "", options.Recursive);
        if (c.InUserNamespace && options.IdMap)
        {
            int request = c.Plan.Request.Operations.Length;
            IdMapSteps.Map(c, c.Plan.Request, Slot.Mount, mount, options, field);
            c.Child.Special(OpCode.SendFd, Slot.Mount, (int)Stage.Request, request);
            c.Child.Special(OpCode.Await);
        }
        else
            IdMapSteps.Map(c, c.Child, Slot.Mount, mount, options, field);
        return Slot.Mount;
    }

    private static Slot Clone(Compilation c, Mount mount, string source, MountOptions options, string field)
    {
        bool isOpen = c.Sources.TryGetValue(field, out var slot);
        if (!c.OpensByGrant)
        {
            if (!isOpen)
            {
                c.CloneTree(At.AT_FDCWD, source, options.Recursive);
                slot = Slot.Mount;
            }
            IdMapSteps.Map(c, c.Child, slot, mount, options, field);
        }
        else if (!isOpen)
        {
            slot = c.NextGrant();
            Open(c, mount, source, options, field, slot);
        }
        return slot;
    }

    // The namespace's root may have no way to the source, and may not map ids of the host's: the parent opens it, among the child's mounts: slaves of
    // the host's, with the host's flags locked, and refused (EINVAL) without the mounts below, which cover what is not the container's to see.
    private static void Open(Compilation c, Mount mount, string source, MountOptions options, string field, Slot slot)
    {
        c.Plan.Grant.For(field, source);
        c.Plan.Grant.Call(SyscallNumber.open_tree, At.AT_FDCWD, c.Plan.Grant.Text(source),
            OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC | (options.Recursive ? OpenTreeFlags.AT_RECURSIVE : 0)).Into(slot);
        IdMapSteps.Map(c, c.Plan.Grant, slot, mount, options, field);
    }
}
