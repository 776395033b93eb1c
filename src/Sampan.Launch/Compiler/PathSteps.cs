using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>Masked and read-only paths. Source: runtime-spec 1.3, config-linux.md, "Masked Paths" and "Readonly Paths".</summary>
internal static class PathSteps
{
    private static readonly Version CopiesDetached = new(6, 15);

    public static void MaskAndProtect(Compilation c)
    {
        if (!c.NewMountNamespace)
            return;
        var readOnly = c.Linux.ReadonlyPaths ?? [];
        for (int i = 0; i < readOnly.Count; i++)
        {
            if (Known(c, readOnly[i]) == HostPathKind.Missing)
                continue;
            c.Child.For($"linux.readonlyPaths[{i}]", readOnly[i]);
            Find(c, readOnly[i]).Tolerate(Errno.ENOENT);
            c.CloneTree(Slot.Target, "", recursive: true).If(Slot.Target);
            c.SetAttributes(Slot.Mount, MountAttributes.MOUNT_ATTR_RDONLY).If(Slot.Target);
            c.Attach().If(Slot.Target);
        }
        Mask(c, c.Linux.MaskedPaths ?? []);
    }

    // A directory is covered by an empty one, anything else by the host's /dev/null, held before anything of the image could take its name (CVE-2025-31133).
    private static void Mask(Compilation c, List<string> paths)
    {
        bool files = false, directories = false;
        for (int i = 0; i < paths.Count; i++)
        {
            var kind = Known(c, paths[i]);
            if (kind == HostPathKind.Missing || paths.IndexOf(paths[i]) < i)
                continue;
            c.Child.For($"linux.maskedPaths[{i}]", paths[i]);
            if (kind != HostPathKind.File)
                With(c, paths[i], Slot.EmptyDirectory, ref directories);
            if (kind != HostPathKind.Directory)
                With(c, paths[i], Slot.NullDevice, ref files);
        }
    }

    private static void With(Compilation c, string path, Slot cover, ref bool made)
    {
        // A mount that is attached nowhere can be copied since Linux 6.15; before, each path gets a cover of its own.
        bool copies = c.Facts.Kernel >= CopiesDetached;
        if (copies && !made)
            Make(c, cover, cover);
        made = true;
        Find(c, path).Tolerate(Errno.ENOENT, Errno.ENOTDIR);
        if (copies)
            c.CloneTree(cover, "").If(Slot.Target);
        else
            Make(c, cover, Slot.Mount);
        // A cover of the other kind does not fit, and the path is covered by the right one.
        var attach = c.Attach().If(Slot.Target);
        if (Known(c, path) is null)
            attach.Tolerate(Errno.ENOTDIR, Errno.EINVAL);
    }

    private static void Make(Compilation c, Slot cover, Slot result)
    {
        if (cover == Slot.NullDevice)
        {
            c.Child.Call(SyscallNumber.open_tree, At.AT_FDCWD, c.Child.Text("/dev/null"), OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC).Into(result);
            return;
        }
        c.Child.Call(SyscallNumber.fsopen, c.Child.Text("tmpfs"), 1).Into(Slot.Context);
        if (c.MountLabel is not null)
            FileSystemSteps.Option(c.Child, "context", c.MountLabel);
        c.Child.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_CMD_CREATE);
        c.Child.Call(SyscallNumber.fsmount, Slot.Context, 1, MountAttributes.MOUNT_ATTR_RDONLY).Into(result);
    }

    private static OperationList.Step Find(Compilation c, string path)
    {
        foreach (var (place, mount) in c.KernelMounts)
        {
            if (path.StartsWith(place + "/", StringComparison.Ordinal))
                return c.OpenTarget(mount, path[place.Length..], TargetKind.Existing, Slot.Target);
        }
        return c.OpenTarget(path, TargetKind.Existing, Slot.Target);
    }

    // procfs and sysfs are the kernel's own: what the host has there, the container has. Of other paths nothing is known beforehand, be it that something
    // else has been mounted there.
    private static HostPathKind? Known(Compilation c, string path)
        => path.StartsWith("/proc/", StringComparison.Ordinal) && c.KernelMounts.ContainsKey("/proc") || path.StartsWith("/sys/", StringComparison.Ordinal) && c.KernelMounts.ContainsKey("/sys")
            ? c.Facts.KindOf(path) : null;
}
