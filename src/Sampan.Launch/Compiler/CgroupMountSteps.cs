using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>
/// The cgroup file system inside: a cgroup2 mount on a unified host; a tmpfs with a mount a hierarchy on v1 and hybrid ones.
/// Source: runtime-spec 1.3, config-linux.md, "Default Filesystems"; cgroup_namespaces(7).
/// </summary>
internal static class CgroupMountSteps
{
    /// <returns>The slot that holds the mount, or the tmpfs with the mounts.</returns>
    public static Slot Mount(Compilation c, string type, string destination, MountOptions options, string field)
    {
        if (c.Facts.CgroupMounts is [{ IsV2: true } only])
        {
            One(c, only, destination, options.Attributes);
            return Slot.Mount;
        }
        // On a host that has both, this type is the second version alone.
        if (type == "cgroup2" && c.Facts.CgroupMounts.FirstOrDefault(static m => m.IsV2) is { } unified)
        {
            One(c, unified, destination, options.Attributes);
            return Slot.Mount;
        }
        var attributes = options.Attributes | MountAttributes.MOUNT_ATTR_NOSUID | MountAttributes.MOUNT_ATTR_NODEV | MountAttributes.MOUNT_ATTR_NOEXEC;
        c.Child.For(field, destination);
        c.Child.Call(SyscallNumber.fsopen, c.Child.Text("tmpfs"), 1).Into(Slot.Context);
        FileSystemSteps.Option(c.Child, "mode", "755");
        c.Child.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_CMD_CREATE);
        c.Child.Call(SyscallNumber.fsmount, Slot.Context, 1, attributes & ~MountAttributes.MOUNT_ATTR_RDONLY).Into(Slot.Mount);
        c.OpenTarget(destination, TargetKind.Directory, Slot.Target, Compilation.InRootNoLinks);
        c.Attach();
        foreach (var hierarchy in c.Facts.CgroupMounts)
        {
            One(c, hierarchy, $"{destination}/{hierarchy.Name}", attributes);
            Links(c, hierarchy, destination);
        }
        if (!options.ReadOnly && options.Propagation.Count == 0)
            return Slot.Mount;
        c.Child.For(field, destination);
        c.OpenTarget(destination, TargetKind.Existing, Slot.Mount);
        if (options.ReadOnly)
            c.SetAttributes(Slot.Mount, MountAttributes.MOUNT_ATTR_RDONLY);
        return Slot.Mount;
    }

    private static void One(Compilation c, CgroupMountFact hierarchy, string destination, MountAttributes attributes)
    {
        // Without a cgroup namespace the files are those of the host's hierarchy: writable only for who could remount them anyway (CVE-2023-25809).
        attributes |= (c.NewCgroupNamespace || MayMount(c) ? 0 : MountAttributes.MOUNT_ATTR_RDONLY);
        if (c.NewCgroupNamespace)
        {
            c.Child.Call(SyscallNumber.fsopen, c.Child.Text(hierarchy.IsV2 ? "cgroup2" : "cgroup"), 1).Into(Slot.Context);
            foreach (string option in hierarchy.Options.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                int equals = option.IndexOf('=');
                FileSystemSteps.Option(c.Child, equals < 0 ? option : option[..equals], equals < 0 ? null : option[(equals + 1)..]);
            }
            c.Child.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_CMD_CREATE);
            c.Child.Call(SyscallNumber.fsmount, Slot.Context, 1, attributes).Into(Slot.Mount);
        }
        else
        {
            c.CloneTree(At.AT_FDCWD, hierarchy.Directory);
            c.SetAttributes(Slot.Mount, attributes);
        }
        c.OpenTarget(destination, TargetKind.Directory, Slot.Target, Compilation.InRootNoLinks);
        c.Attach();
    }

    private static bool MayMount(Compilation c) => !c.InUserNamespace && c.Spec.Process?.Capabilities?.Bounding?.Contains("CAP_SYS_ADMIN") == true;

    // cpu,cpuacct mounted together is found under either name.
    private static void Links(Compilation c, CgroupMountFact hierarchy, string destination)
    {
        string[] controllers = hierarchy.Options.Split(',');
        if (controllers.Length < 2 || !hierarchy.Name.Contains(','))
            return;
        c.OpenTarget(destination, TargetKind.Existing, Slot.Target);
        foreach (string controller in controllers)
            c.Child.Call(SyscallNumber.symlinkat, c.Child.Text(hierarchy.Name), Slot.Target, c.Child.Text(controller)).Tolerate(Errno.EEXIST);
    }
}
