using System.Runtime.ExceptionServices;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>The root file system of a container that does not run, with its volumes, in a mount namespace of its own.</summary>
/// <param name="Namespace">The mounts live as long as this.</param>
internal sealed record PrivateMounts(PathFd Root, NamespaceFd Namespace)
{
    /// <summary>Bytes that mount(2) takes of options: a page.</summary>
    private const int LongestOptions = 4095;

    /// <summary>Mounts on a thread of its own, which leaves the caller's mount namespace for good and ends.</summary>
    public static PrivateMounts Of(Places places, ContainerRecord record)
    {
        PrivateMounts? made = null;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                made = Make(places, record);
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
            ExceptionDispatchInfo.Throw(failure);
        return made!;
    }

    private static PrivateMounts Make(Places places, ContainerRecord record)
    {
        string bundle = places.Container(record.Id!), rootfs = $"{bundle}/rootfs";
        LinuxException.Check(Sys.Unshare(CloneFlags.CLONE_NEWNS), "unshare", "the mount namespace");
        LinuxException.Check(Sys.Mount("none", "/", "none", MountFlags.MS_REC | MountFlags.MS_PRIVATE), "mount", "/ as private");
        bool readOnly = record.HostConfig!.ReadonlyRootfs;
        var layers = new List<PathFd>();
        try
        {
            if (record.RootMount is { } mount)
                Overlay(mount, rootfs, readOnly, layers);
            else
            {
                // A tree as it lies: a copy, or a directory of the host's own (--rootfs).
                string path = SpecRoot.Path(record);
                rootfs = path.StartsWith('/') ? path : $"{bundle}/{path}";
                LinuxException.Check(Sys.Mount(rootfs, rootfs, "none", MountFlags.MS_BIND | MountFlags.MS_REC), "mount", rootfs);
            }
            var root = Open.Path(rootfs, OpenFlags.O_DIRECTORY);
            if (readOnly && record.RootMount is null)
                LinuxException.Check(Sys.MountSetattr(root.Number, MountAttributes.MOUNT_ATTR_RDONLY), "mount_setattr", rootfs);
            foreach (var point in Points(bundle, record))
                Bind(root, point);
            return new PrivateMounts(root, new NamespaceFd((int)LinuxException.Check(Sys.Openat(At.AT_FDCWD, "/proc/thread-self/ns/mnt", OpenFlags.O_RDONLY), "open", "/proc/thread-self/ns/mnt")));
        }
        finally
        {
            foreach (var layer in layers)
                layer.Dispose();
        }
    }

    private static void Overlay(Mount mount, string rootfs, bool readOnly, List<PathFd> layers)
    {
        var options = new List<string>();
        foreach (string option in mount.Options ?? [])
        {
            if (!option.StartsWith("lowerdir=", StringComparison.Ordinal))
            {
                options.Add(option);
                continue;
            }
            // Their descriptors' names are short: many layers are more than the page that mount(2) takes.
            foreach (string layer in OverlayOptions.Split(option["lowerdir=".Length..]))
                layers.Add(Open.Path(layer, OpenFlags.O_DIRECTORY));
            options.Add($"lowerdir={string.Join(':', layers.Select(static l => $"/proc/self/fd/{l.Number}"))}");
        }
        string data = string.Join(',', options);
        if (data.Length > LongestOptions)
            throw new SampanException(ErrorKind.Unsupported, $"the image has more layers than can be mounted at once: {layers.Count}");
        LinuxException.Check(Sys.Mount("overlay", rootfs, "overlay", readOnly ? MountFlags.MS_RDONLY : 0, data), "mount", rootfs);
    }

    private static IEnumerable<MountPoint> Points(string bundle, ContainerRecord record)
    {
        // Of a tmpfs nothing is left when the container ends.
        List<MountPoint> points = [.. record.Mounts!.Where(static point => point.Type != "tmpfs").OrderBy(static point => point.Destination!.Count(static c => c == '/'))];
        foreach (string name in (ReadOnlySpan<string>)["resolv.conf", "hostname", "hosts"])
            if (!points.Exists(point => point.Destination == $"/etc/{name}"))
                points.Add(new MountPoint { Source = $"{bundle}/{name}", Destination = $"/etc/{name}" });
        return points;
    }

    private static void Bind(PathFd root, MountPoint point)
    {
        nint target = Sys.Openat2(root.Number, point.Destination!, OpenFlags.O_PATH, ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS);
        if (target == -(nint)Errno.ENOENT)
            return; // it has never run, and the mount point is made by its first start
        using var place = new PathFd((int)LinuxException.Check(target, "open", point.Destination!));
        nint tree = Sys.OpenTree(At.AT_FDCWD, point.Source!, OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.AT_RECURSIVE);
        if (tree == -(nint)Errno.ENOENT)
            return; // gone from the host meanwhile: the next start will say so
        using var mount = new MountFd((int)LinuxException.Check(tree, "open_tree", point.Source!));
        if (!point.Writable)
            LinuxException.Check(Sys.MountSetattr(mount.Number, MountAttributes.MOUNT_ATTR_RDONLY), "mount_setattr", point.Source!);
        LinuxException.Check(Sys.MoveMount(mount.Number, place.Number), "move_mount", point.Destination!);
    }
}
