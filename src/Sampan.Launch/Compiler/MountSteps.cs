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
            string destination = c.Destination(mounts[i]);
            if (destination == "/")
                continue;
            c.Child.For($"mounts[{i}]", destination);
            One(c, mounts[i], destination, MountOptions.Parse(mounts[i]), $"mounts[{i}]");
        }
    }

    private static void One(Compilation c, Mount mount, string destination, MountOptions options, string field)
    {
        // mount(2) looks at no data of a bind either.
        if (options.Bind && options.Data.Count > 0)
            c.Plan.Warnings.Add($"{field}.options: \"{string.Join(',', options.Data.ConvertAll(static o => o.Value is null ? o.Key : $"{o.Key}={o.Value}"))}\": ignored: a bind mount takes no options of a file system");
        // What covers a procfs or sysfs, in whole or from above, is what the masks are for from here on.
        if (!options.Remount)
            foreach (string covered in c.KernelMounts.Keys.Where(place => place == destination || destination == "/" || place.StartsWith(destination + "/", StringComparison.Ordinal)).ToList())
                c.KernelMounts.Remove(covered);
        var slot = Slot.Mount;
        if (options.Remount)
            slot = RemountSteps.Change(c, mount, destination, options, field);
        else if (options.Bind)
            slot = BindSteps.Mount(c, mount, destination, options, field);
        else if (mount.Type is "cgroup" or "cgroup2")
            slot = CgroupMountSteps.Mount(c, mount.Type, destination, options, field);
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
        // procfs and sysfs carry the masks: a link in the image must not put them elsewhere (CVE-2019-19921).
        ulong resolve = mount.Type is "proc" or "sysfs" ? Compilation.InRootNoLinks : Compilation.InRoot;
        if (DefersReadOnly(mount, destination, options))
            options = options.Writable();
        c.Child.For(field, mount.Type);
        // As runc: the kernel labels what procfs and sysfs show; and of a queue file system only the root gets a label, that of queues comes from their makers.
        string? label = mount.Type is "proc" or "sysfs" or "mqueue" ? null : c.MountLabel;
        if (FileSystemSteps.IsForMount(options))
        {
            c.OpenMountPoint(destination, TargetKind.Directory, Slot.Target, resolve);
            FileSystemSteps.ByMount(c.Child, mount.Type, mount.Source, options, label, field);
            c.OpenTarget(destination, TargetKind.Directory, Slot.Mount, resolve);
            if (mount.Type == "mqueue")
                LabelRoot(c);
            return;
        }
        bool ownMode = options.Data.Exists(static o => o.Key == "mode");
        bool takesOver = mount.Type == "tmpfs" && (!ownMode || options.CopyUp);
        FileSystemSteps.Open(c.Child, mount.Type, mount.Source);
        // A tmpfs has the mode of the directory it covers, unless told another; and, with tmpcopyup, what is in it.
        if (takesOver)
            c.OpenTarget(destination, TargetKind.Existing, Slot.Target).Tolerate(Errno.ENOENT);
        if (takesOver && !ownMode)
            c.Child.Special(OpCode.CopyMode, Slot.Target, Slot.Context, c.Child.Text("mode")).If(Slot.Target);
        FileSystemSteps.Options(c.Child, options, field);
        FileSystemSteps.Label(c.Child, label);
        c.Child.For(field, mount.Type);
        FileSystemSteps.Create(c.Child, options);
        if (mount.Type == "mqueue")
            LabelRoot(c);
        c.Child.For(field, destination);
        if (options.CopyUp)
            c.Child.Special(OpCode.CopyTree, Slot.Target, Slot.Mount).If(Slot.Target);
        c.OpenMountPoint(destination, TargetKind.Directory, Slot.Target, resolve);
        c.Attach();
        if (mount.Type is "proc" or "sysfs" && MayHoldMasks(c, destination))
            Hold(c, destination);
    }

    private static bool MayHoldMasks(Compilation c, string destination)
        => (c.Linux.MaskedPaths ?? []).Concat(c.Linux.ReadonlyPaths ?? []).Any(path => path.StartsWith(destination + "/", StringComparison.Ordinal));

    private static void Hold(Compilation c, string destination)
    {
        const int F_DUPFD_CLOEXEC = 1030;
        if (!c.KernelMounts.TryGetValue(destination, out var held))
            c.KernelMounts.Add(destination, held = c.Plan.NewSlot());
        c.Child.Call(SyscallNumber.fcntl, Slot.Mount, F_DUPFD_CLOEXEC).Into(held);
    }

    // The slot holds an O_PATH descriptor, which fsetxattr(2) does not take: by going there.
    private static void LabelRoot(Compilation c)
    {
        if (c.MountLabel is null)
            return;
        c.Child.For("linux.mountLabel", c.MountLabel);
        c.Child.Call(SyscallNumber.fchdir, Slot.Mount);
        c.Child.Call(SyscallNumber.setxattr, c.Child.Text("."), c.Child.Text("security.selinux"), c.Child.Text(c.MountLabel), System.Text.Encoding.UTF8.GetByteCount(c.MountLabel));
    }

    // A read-only tmpfs must first take the mount points that go into it, /dev its devices: it is made read-only at the end.
    private static bool DefersReadOnly(Mount mount, string destination, MountOptions options)
        => options is { ReadOnly: true, Bind: false } && (mount.Type == "tmpfs" || destination == "/dev");

    /// <summary>Makes read-only what had to stay writable until now.</summary>
    public static void Finish(Compilation c)
    {
        var mounts = c.Spec.Mounts ?? [];
        for (int i = 0; c.NewMountNamespace && i < mounts.Count; i++)
        {
            string destination = c.Destination(mounts[i]);
            if (destination == "/" || !DefersReadOnly(mounts[i], destination, MountOptions.Parse(mounts[i])))
                continue;
            c.Child.For($"mounts[{i}]", destination);
            c.OpenTarget(destination, TargetKind.Existing, Slot.Target);
            c.SetAttributes(Slot.Target, MountAttributes.MOUNT_ATTR_RDONLY);
        }
    }

    /// <summary>Where a mount goes in the container: as runc has it, the host's path of a place in the root file system means that place.</summary>
    public static string Place(string path, string rootfs) => Inside(Clean(path), rootfs) ?? Clean(path);

    /// <summary>The place in the root file system that a path of the host's is; null: it is another.</summary>
    public static string? Inside(string hostPath, string rootfs) => hostPath.StartsWith(rootfs + "/", StringComparison.Ordinal) ? hostPath[rootfs.Length..] : null;

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
