using System.Globalization;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>Ids of a new user namespace: user_namespaces(7).</summary>
internal static class IdMapCheck
{
    /// <summary>The kernel takes this many lines.</summary>
    private const int MaxLines = 340;

    public static void Maps(LinuxSpec linux, List<string> faults)
    {
        Map(linux.UidMappings, "linux.uidMappings", faults);
        Map(linux.GidMappings, "linux.gidMappings", faults);
    }

    /// <summary>Of an id-mapped mount: both maps, or neither and those of the container's user namespace.</summary>
    public static void Mount(Mount mount, string field, bool inUserNamespace, List<string> faults)
    {
        bool uids = mount.UidMappings is { Count: > 0 }, gids = mount.GidMappings is { Count: > 0 };
        if (uids != gids || (mount.UidMappings is not null || mount.GidMappings is not null) && !uids)
            faults.Add($"{field}.{(uids ? "gidMappings" : "uidMappings")}: an id-mapped mount has both uidMappings and gidMappings");
        else if (!uids && !inUserNamespace)
            faults.Add($"{field}.options: idmap: needs uidMappings and gidMappings, or a user namespace of the container");
        Map(mount.UidMappings, $"{field}.uidMappings", faults);
        Map(mount.GidMappings, $"{field}.gidMappings", faults);
    }

    private static void Map(List<LinuxIdMapping>? mappings, string field, List<string> faults)
    {
        if (mappings?.Count > MaxLines)
            faults.Add($"{field}: {mappings.Count} mappings, the kernel takes at most {MaxLines}");
        for (int i = 0; i < (mappings?.Count ?? 0); i++)
        {
            var mapping = mappings![i];
            if (mapping.Size == 0)
                faults.Add($"{field}[{i}].size: must not be 0");
            // The last id, 4294967295, is none: (uid_t)-1 means "leave as it is".
            else if ((ulong)Math.Max(mapping.ContainerID, mapping.HostID) + mapping.Size > uint.MaxValue)
                faults.Add($"{field}[{i}]: {mapping.Size} ids from {Math.Max(mapping.ContainerID, mapping.HostID)} go past the last, 4294967294");
        }
    }

    /// <summary>The process's ids must be mapped: the kernel would only say that they are invalid.</summary>
    public static void User(LinuxSpec linux, User? user, string field)
    {
        if (!Contains(linux.UidMappings, 0) || !Contains(linux.GidMappings, 0))
            throw Compilation.Invalid(Contains(linux.UidMappings, 0) ? "linux.gidMappings" : "linux.uidMappings", "0 is not mapped, and it is root of the namespace who makes the container");
        Mapped(linux.UidMappings, user?.Uid ?? 0, $"{field}.uid", "linux.uidMappings");
        Mapped(linux.GidMappings, user?.Gid ?? 0, $"{field}.gid", "linux.gidMappings");
        for (int i = 0; i < (user?.AdditionalGids?.Count ?? 0); i++)
            Mapped(linux.GidMappings, user!.AdditionalGids![i], $"{field}.additionalGids[{i}]", "linux.gidMappings");
    }

    /// <summary>The same of options such as <c>gid=5</c>: a file system that is made in the namespace takes its ids.</summary>
    public static void Mounts(LinuxSpec linux, List<Mount>? mounts)
    {
        for (int i = 0; i < (mounts?.Count ?? 0); i++)
        {
            var options = MountOptions.Parse(mounts![i]);
            foreach (var (key, value) in options.Bind || mounts[i].Destination == "/" ? [] : options.Data)
            {
                if (key is "uid" or "gid" && uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
                    Mapped(key == "uid" ? linux.UidMappings : linux.GidMappings, id, $"mounts[{i}].options: \"{key}={value}\"", $"linux.{key}Mappings");
            }
        }
    }

    private static void Mapped(List<LinuxIdMapping>? mappings, uint id, string field, string map)
    {
        if (!Contains(mappings, id))
            throw Compilation.Invalid(field, $"{id} is not mapped by {map}");
    }

    private static bool Contains(List<LinuxIdMapping>? mappings, uint id)
        => mappings?.Exists(mapping => id >= mapping.ContainerID && id - mapping.ContainerID < mapping.Size) == true;
}
