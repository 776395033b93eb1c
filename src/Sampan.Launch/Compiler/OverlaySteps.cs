using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// The union file system as a container's root, from a mount with destination <c>/</c>: made inside the container's mount namespace, so that the host
/// never has it in its mount table and nothing is left when the container ends. Source: Documentation/filesystems/overlayfs.rst.
/// </summary>
internal static class OverlaySteps
{
    public static void Mount(Compilation c, Mount mount, string field)
    {
        var options = MountOptions.Parse(mount);
        // In a user namespace of its own the parent mounts, with the layers id-mapped, so that root inside owns what root owns in the image.
        var list = c.OpensByGrant ? c.Plan.Grant : c.Child;
        list.For(field, mount.Source ?? mount.Type ?? "");
        if (options.Bind)
        {
            list.Call(SyscallNumber.open_tree, At.AT_FDCWD, list.Text(mount.Source ?? ""),
                OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC | OpenTreeFlags.AT_RECURSIVE).Into(Slot.Root);
            IdMapSteps.Map(c, list, Slot.Root, mount, options, field);
        }
        else if (mount.Type == "overlay" && c.Facts.Kernel < LayerPerCall)
        {
            ByMount(c, list, options, field);
        }
        else
        {
            list.Call(SyscallNumber.fsopen, list.Text(mount.Type ?? ""), 1).Into(Slot.Context);
            // What mount(8) shows before "on /".
            if (!string.IsNullOrEmpty(mount.Source))
                FileSystemSteps.Option(list, "source", mount.Source);
            if (mount.Type == "overlay")
                Options(c, list, options, field);
            else
                FileSystemSteps.Options(list, options, field);
            FileSystemSteps.Label(list, c.MountLabel);
            list.For(field, mount.Source ?? mount.Type ?? "");
            list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_CMD_CREATE);
            list.Call(SyscallNumber.fsmount, Slot.Context, 1, options.Attributes).Into(Slot.Root);
        }
        if (c.OpensByGrant)
            c.Plan.Grants[^1].Slots.Add(Slot.Root);
    }

    private static void Options(Compilation c, OperationList list, MountOptions options, string field)
    {
        foreach (var (key, value) in options.Data)
        {
            if (key != "lowerdir")
            {
                list.For(field, value ?? key);
                FileSystemSteps.Option(list, key, value);
                continue;
            }
            // One layer a call: a string of fsconfig(2) ends at 255 bytes, which three layers exceed.
            foreach (string layer in OverlayOptions.Split(value ?? ""))
                Layer(c, list, layer, field);
        }
    }

    private static void Layer(Compilation c, OperationList list, string layer, string field)
    {
        list.For(field, layer);
        if (!c.OpensByGrant)
        {
            FileSystemSteps.Option(list, "lowerdir+", layer);
            return;
        }
        if (c.Facts.Kernel < new Version(6, 13))
            throw new SampanException(ErrorKind.Unsupported, $"{field}: id-mapped overlay layers need Linux 6.13 or newer, this is {c.Facts.Kernel}");
        list.Call(SyscallNumber.open_tree, At.AT_FDCWD, list.Text(layer), OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC).Into(Slot.File);
        list.Call(SyscallNumber.mount_setattr, Slot.File, list.Text(""), At.AT_EMPTY_PATH,
            list.Data.Struct(new mount_attr { attr_set = (ulong)MountAttributes.MOUNT_ATTR_IDMAP }, fieldOffset: 24, Slot.UserNamespace), 32);
        list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_SET_FD, list.Text("lowerdir+"), 0, Slot.File);
    }

    private static readonly Version LayerPerCall = new(6, 5);

    // Older kernels take the layers in one string, which only mount(2) passes on in full length (a page): mounted at its place, then taken from there.
    private static void ByMount(Compilation c, OperationList list, MountOptions options, string field)
    {
        if (c.OpensByGrant)
            throw new SampanException(ErrorKind.Unsupported, $"{field}: id-mapped overlay layers need Linux 6.13 or newer, this is {c.Facts.Kernel}");
        string data = string.Join(',', options.Data.Select(static o => o.Value is null ? o.Key : $"{o.Key}={o.Value}"));
        data = FileSystemSteps.WithLabel(data, c.MountLabel);
        if (data.Length > 4095)
            throw new SampanException(ErrorKind.Unsupported, $"{field}: so many layers need Linux 6.5 or newer, this is {c.Facts.Kernel}");
        list.Call(SyscallNumber.mount, list.Text("overlay"), list.Text(c.Request.Rootfs), list.Text("overlay"), 0, list.Text(data));
        list.Call(SyscallNumber.open_tree, At.AT_FDCWD, list.Text(c.Request.Rootfs), OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC).Into(Slot.Root);
    }
}
