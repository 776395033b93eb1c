using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>The option <c>remount</c>: other flags and options for a mount that is there already. Source: mount(2), MS_REMOUNT.</summary>
internal static class RemountSteps
{
    /// <returns>The slot that holds the mount.</returns>
    public static Slot Change(Compilation c, Mount mount, string destination, MountOptions options, string field)
    {
        c.OpenTarget(destination, TargetKind.Existing, Slot.Mount);
        if (!options.Bind)
            Superblock(c.Child, mount.Type == "tmpfs" ? options.Writable() : options, field, destination);
        var flags = mount.Type == "tmpfs" && !options.Bind ? options.Writable() : options;
        c.Child.For(field, destination);
        if (options.Bind)
            BindSteps.Flags(c, Slot.Mount, flags);
        else // Whatever is not given is taken away: mount(2) knows no other way.
            c.SetAttributes(Slot.Mount, flags.Attributes, flags.MustClear | flags.MayClear);
        if ((options.RecursiveSet | options.RecursiveClear) != 0)
            c.SetAttributes(Slot.Mount, options.RecursiveSet, options.RecursiveClear, recursive: true);
        return Slot.Mount;
    }

    private static void Superblock(OperationList list, MountOptions options, string field, string destination)
    {
        const int FSPICK_CLOEXEC = 1, FSPICK_EMPTY_PATH = 8;
        list.Call(SyscallNumber.fspick, Slot.Mount, list.Text(""), FSPICK_CLOEXEC | FSPICK_EMPTY_PATH).Into(Slot.Context);
        foreach (var (flag, on, off) in FileSystemSteps.SuperblockFlags)
        {
            if (off.Length > 0 && !options.Flags.HasFlag(flag))
                FileSystemSteps.Option(list, off, null);
        }
        FileSystemSteps.Options(list, options, field);
        list.For(field, destination);
        list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_CMD_RECONFIGURE);
    }
}
