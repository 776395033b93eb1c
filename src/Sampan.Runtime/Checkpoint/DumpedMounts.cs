using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>
/// Finds which of a running container's mounts come from outside it: CRIU does not save them, and is given others of their name at the restore.
/// As runc names them, so that each runtime can restore what the other has saved: by the mount point, or <c>/dev/null</c>.
/// </summary>
internal sealed class DumpedMounts
{
    private const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;

    private readonly Dictionary<string, string> _external = [];
    private readonly Dictionary<ulong, MountEntry> _mounts = [];
    private readonly HashSet<ulong> _known = [];
    private readonly PathFd _root;

    private DumpedMounts(PathFd root, int pid)
    {
        _root = root;
        foreach (var mount in MountTable.Of($"{pid}"))
            _mounts[mount.ID] = mount;
    }

    /// <summary>Mount point to name.</summary>
    /// <param name="rootfs">Where the container's root is for the specification: what is bound from there is saved as one more place of a mount that is.</param>
    public static Dictionary<string, string> Find(Spec spec, string rootfs, int pid)
    {
        using var root = Open.Path($"/proc/{pid}/root", OpenFlags.O_DIRECTORY);
        var found = new DumpedMounts(root, pid);
        var binds = new List<(MountEntry Mount, string Source)>();
        bool ownCgroups = spec.Linux?.Namespaces?.Exists(static ns => ns.Type == "cgroup") == true;
        foreach (var mount in spec.Mounts ?? [])
        {
            if (mount.Destination == "/" || found.At(RestoreCompiler.Place(mount.Destination!, rootfs)) is not { } entry)
                continue;
            if (MountOptions.Parse(mount).Bind)
            {
                if (RestoreCompiler.Inside(mount.Source!, rootfs) is not null)
                    continue;
                found._external[entry.Point] = entry.Point;
                binds.Add((entry, mount.Source!));
            }
            else if (mount.Type is "cgroup" or "cgroup2" && !ownCgroups)
                found.Cgroups(entry);
        }
        foreach (string path in spec.Linux?.MaskedPaths ?? [])
        {
            if (found.At(path, deviceOnly: true) is { } entry)
                found._external[entry.Point] = "/dev/null";
        }
        // Bound in where they could not be made: in a user namespace.
        foreach (string path in RestoredMounts.Devices(spec))
        {
            if (found.At(path, deviceOnly: true) is { } entry)
                found._external.TryAdd(entry.Point, entry.Point);
        }
        found.Below(binds);
        return found._external;
    }

    // The mount whose root the path is; null when it is no mount, or not there any more.
    private MountEntry? At(string path, bool deviceOnly = false)
    {
        nint fd = Sys.Openat2(_root.Number, path, OpenFlags.O_PATH, ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS);
        if (fd < 0)
            return null;
        using var file = new FileFd((int)fd);
        if (Sys.Fstat(file.Number, out var stat) < 0 || (stat.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0
            || deviceOnly && stat.Type is not (InodeMode.S_IFCHR or InodeMode.S_IFBLK) || !_mounts.TryGetValue(stat.stx_mnt_id, out var entry))
            return null;
        _known.Add(entry.ID);
        return entry;
    }

    // Directories of the host's hierarchies, one by one in a tmpfs, or the only one itself.
    private void Cgroups(MountEntry top)
    {
        foreach (var mount in _mounts.Values)
        {
            if ((mount.ID == top.ID || mount.Parent == top.ID) && mount.Type is "cgroup" or "cgroup2")
                _external[mount.Point] = mount.Point;
        }
    }

    // rbind brings the mounts below a source along. What the container has mounted there itself is its own.
    private void Below(List<(MountEntry Mount, string Source)> binds)
    {
        if (binds.Count == 0)
            return;
        var host = MountTable.Of("self");
        foreach (var mount in _mounts.Values)
        {
            if (_known.Contains(mount.ID))
                continue;
            foreach (var (bind, source) in binds)
            {
                if (mount.Point.StartsWith(bind.Point + "/", StringComparison.Ordinal)
                    && host.Exists(h => h.Point == source.TrimEnd('/') + mount.Point[bind.Point.Length..] && h.Device == mount.Device && h.Root == mount.Root))
                    _external[mount.Point] = mount.Point;
            }
        }
    }
}
