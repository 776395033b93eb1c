using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>Mounts whose files have other owners than the file system says. Source: runtime-spec 1.3, config.md, <c>idmap</c> and <c>uidMappings</c>;
/// <see href="https://man7.org/linux/man-pages/man2/mount_setattr.2.html">mount_setattr(2)</see>, "ID-mapped mounts".</summary>
internal static class IdMapSteps
{
    /// <summary>Maps the detached mount in <paramref name="slot"/>, if that is asked for.</summary>
    public static void Map(Compilation c, OperationList list, Slot slot, Mount mount, MountOptions options, string field)
    {
        if (!options.IdMap)
            return;
        // Without a mapping of its own, a mount has the container's; and so it has when both are the same.
        bool own = mount.UidMappings is not null && !(c.Plan.WritesIdMaps && Same(mount.UidMappings, c.Linux.UidMappings) && Same(mount.GidMappings, c.Linux.GidMappings));
        var userNamespace = own ? Namespace(c, mount, field) : Slot.UserNamespace;
        list.For(mount.UidMappings is null ? $"{field}.options" : $"{field}.uidMappings", mount.Source!);
        list.Call(SyscallNumber.mount_setattr, slot, list.Text(""), At.AT_EMPTY_PATH | (options.IdMapRecursive ? At.AT_RECURSIVE : 0),
            list.Data.Struct(new mount_attr { attr_set = (ulong)MountAttributes.MOUNT_ATTR_IDMAP }, fieldOffset: 24, userNamespace), 32);
    }

    // The kernel takes a mapping in the form of a user namespace that has it. One for all mounts that are mapped alike.
    private static Slot Namespace(Compilation c, Mount mount, string field)
    {
        foreach (var made in c.Plan.IdMaps)
        {
            if (Same(made.UidMappings, mount.UidMappings) && Same(made.GidMappings, mount.GidMappings))
                return made.Slot;
        }
        var slot = c.Plan.NewSlot();
        c.Plan.IdMaps.Add(new IdMapNamespace(slot, mount.UidMappings!, mount.GidMappings!, field));
        return slot;
    }

    private static bool Same(IReadOnlyList<LinuxIdMapping>? one, IReadOnlyList<LinuxIdMapping>? other)
    {
        if (one is null || other is null || one.Count != other.Count)
            return false;
        for (int i = 0; i < one.Count; i++)
        {
            if (one[i].ContainerID != other[i].ContainerID || one[i].HostID != other[i].HostID || one[i].Size != other[i].Size)
                return false;
        }
        return true;
    }
}
