using Sampan.Launch;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>To whom a container's cgroup is given: runtime-spec 1.3, config-linux.md, "Cgroup ownership".</summary>
internal static class CgroupOwner
{
    /// <returns>
    /// The host's id of the container's user, where he has a cgroup namespace of his own and its files to write to; null where the cgroup stays the
    /// launcher's: otherwise, and where he is that or is not mapped.
    /// </returns>
    public static uint? Of(Spec spec)
    {
        var namespaces = spec.Linux?.Namespaces ?? [];
        if (!namespaces.Exists(static ns => ns.Type == "cgroup" && string.IsNullOrEmpty(ns.Path)) || !(spec.Mounts ?? []).Exists(static mount => IsWritable(mount)))
            return null;
        uint user = spec.Process?.User?.Uid ?? 0;
        if (!namespaces.Exists(static ns => ns.Type == "user"))
            return user == 0 ? null : user;
        foreach (var mapping in spec.Linux!.UidMappings ?? [])
        {
            if (user >= mapping.ContainerID && user - mapping.ContainerID < mapping.Size)
                return mapping.HostID + (user - mapping.ContainerID);
        }
        return null;
    }

    private static bool IsWritable(Mount mount)
        => mount.Source == "cgroup" && mount.Destination == "/sys/fs/cgroup" && !MountOptions.Parse(mount).ReadOnly;
}
