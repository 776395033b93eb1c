using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>The mounts of the specification, in its order. Source: runtime-spec 1.3, config.md, "Mounts".</summary>
internal static class MountSteps
{
    public static void All(Compilation c)
    {
        if (!c.NewMountNamespace)
            return;
        var mounts = c.Spec.Mounts ?? [];
        for (int i = 0; i < mounts.Count; i++)
        {
            string destination = Clean(mounts[i].Destination!);
            if (destination == "/")
                continue;
            c.Child.For($"mounts[{i}]", destination);
            One(c, mounts[i], destination, MountOptions.Parse(mounts[i]), $"mounts[{i}]");
        }
    }

    private static void One(Compilation c, Mount mount, string destination, MountOptions options, string field)
    {
        if (options.IdMap || mount.UidMappings is not null)
            throw new SampanException(ErrorKind.Unsupported, $"{field}: id-mapped mounts are not supported yet");
        if (options.CopyUp && (options.Bind || mount.Type != "tmpfs"))
            throw Compilation.Invalid(field, "tmpcopyup is for a tmpfs alone");
        var slot = Slot.Mount;
        if (options.Bind)
            slot = Bind(c, mount, destination, options, field);
        else if (mount.Type is "cgroup" or "cgroup2")
            CgroupMountSteps.Mount(c, destination, options, field);
        else
            New(c, mount, destination, options, field);
        // Once the mount is in its place: what is detached has no peers to propagate to.
        foreach (var flags in options.Propagation)
            c.SetAttributes(slot, 0, 0, flags & ~MountFlags.MS_REC, flags.HasFlag(MountFlags.MS_REC));
    }

    private static void New(Compilation c, Mount mount, string destination, MountOptions options, string field)
    {
        if (string.IsNullOrEmpty(mount.Type))
            throw Compilation.Invalid(field, "has neither a type nor the option bind");
        c.Child.For(field, mount.Type);
        FileSystemSteps.New(c.Child, mount.Type, mount.Source, WritableFor(mount, options));
        c.Child.For(field, destination);
        if (mount.Type == "tmpfs")
            TakeOver(c, destination, options);
        // procfs and sysfs carry the masks: a link in the image must not put them elsewhere (CVE-2019-19921).
        c.OpenTarget(destination, TargetKind.Directory, Slot.Target, mount.Type is "proc" or "sysfs" ? Compilation.InRootNoLinks : Compilation.InRoot);
        c.Attach();
    }

    // A tmpfs has the mode of the directory it covers, unless told another; and, with tmpcopyup, what is in it.
    private static void TakeOver(Compilation c, string destination, MountOptions options)
    {
        bool ownMode = options.Data.Exists(static o => o.Key == "mode");
        if (ownMode && !options.CopyUp)
            return;
        c.OpenTarget(destination, TargetKind.Existing, Slot.Target).Tolerate(Errno.ENOENT);
        if (!ownMode)
            c.Child.Special(OpCode.CopyMode, Slot.Target, Slot.Mount).If(Slot.Target);
        if (options.CopyUp)
            c.Child.Special(OpCode.CopyTree, Slot.Target, Slot.Mount).If(Slot.Target);
    }

    // A read-only tmpfs must first take the mount points and devices that go into it: it is made read-only at the end.
    private static MountOptions WritableFor(Mount mount, MountOptions options)
    {
        if (!DefersReadOnly(mount, options))
            return options;
        var writable = new Mount { Type = mount.Type, Destination = mount.Destination, Options = [.. mount.Options!, "rw"] };
        return MountOptions.Parse(writable);
    }

    private static bool DefersReadOnly(Mount mount, MountOptions options) => mount.Type == "tmpfs" && options.ReadOnly && !options.Bind;

    /// <summary>Makes read-only what had to stay writable until now.</summary>
    public static void Finish(Compilation c)
    {
        var mounts = c.Spec.Mounts ?? [];
        for (int i = 0; c.NewMountNamespace && i < mounts.Count; i++)
        {
            if (!DefersReadOnly(mounts[i], MountOptions.Parse(mounts[i])))
                continue;
            string destination = Clean(mounts[i].Destination!);
            c.Child.For($"mounts[{i}]", destination);
            c.OpenTarget(destination, TargetKind.Existing, Slot.Target);
            c.SetAttributes(Slot.Target, MountAttributes.MOUNT_ATTR_RDONLY);
        }
    }

    private static Slot Bind(Compilation c, Mount mount, string destination, MountOptions options, string field)
    {
        string source = mount.Source ?? "";
        if (source.Length == 0)
            throw Compilation.Invalid($"{field}.source", "missing");
        var kind = c.Facts.KindOf(source);
        if (kind == HostPathKind.Missing)
            throw new SampanException(ErrorKind.NotFound, $"{field}.source: {source}: no such file or directory");
        var mountSlot = Clone(c, source, options, field);
        if ((options.Set | options.Clear) != 0)
            c.SetAttributes(mountSlot, options.Set, options.Clear);
        if ((options.RecursiveSet | options.RecursiveClear) != 0)
            c.SetAttributes(mountSlot, options.RecursiveSet, options.RecursiveClear, recursive: true);
        c.OpenTarget(destination, kind == HostPathKind.Directory ? TargetKind.Directory : TargetKind.File, Slot.Target);
        c.Child.Call(SyscallNumber.move_mount, mountSlot, c.Child.Text(""), Slot.Target, c.Child.Text(""),
            MoveMountFlags.MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags.MOVE_MOUNT_T_EMPTY_PATH);
        return mountSlot;
    }

    /// <summary>Copies the sources of all binds while every mount of the host is still shared with it: only a copy made now is a peer.</summary>
    public static void OpenSources(Compilation c)
    {
        var mounts = c.Spec.Mounts ?? [];
        for (int i = 0; !c.InUserNamespace && i < mounts.Count; i++)
        {
            var options = MountOptions.Parse(mounts[i]);
            if (!options.Bind || c.Facts.KindOf(mounts[i].Source ?? "") == HostPathKind.Missing)
                continue;
            var slot = c.Plan.NewSlot();
            c.Child.For($"mounts[{i}]", mounts[i].Source!);
            c.CloneTree(At.AT_FDCWD, mounts[i].Source!, options.Recursive).Into(slot);
            c.Sources.Add($"mounts[{i}]", slot);
        }
    }

    private static Slot Clone(Compilation c, string source, MountOptions options, string field)
    {
        if (c.Sources.TryGetValue(field, out var open))
            return open;
        if (!c.InUserNamespace)
        {
            c.CloneTree(At.AT_FDCWD, source, options.Recursive);
            return Slot.Mount;
        }
        // The namespace's root may have no way to the source: the parent opens it.
        var slot = c.Plan.NewSlot();
        c.Plan.Grant.For(field, source);
        c.Plan.Grant.Call(SyscallNumber.open_tree, At.AT_FDCWD, c.Plan.Grant.Text(source),
            OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC | (options.Recursive ? OpenTreeFlags.AT_RECURSIVE : 0)).Into(slot);
        c.Plan.Granted.Add(slot);
        // A peer of the host's mount, which a root of a user namespace must not mount things into.
        c.SetAttributes(slot, 0, propagation: MountFlags.MS_SLAVE, recursive: true);
        return slot;
    }

    /// <summary>An absolute path without <c>.</c>, <c>..</c> and doubled slashes. Relative ones start at the root, as runc has it.</summary>
    public static string Clean(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }
        return "/" + string.Join('/', parts);
    }
}
