using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Makes the host's side of volumes ready: directories that are missing, volumes by their name.</summary>
internal static class VolumePreparation
{
    /// <summary>The mount points of <paramref name="binds"/> and <paramref name="mounts"/>, in their order.</summary>
    /// <exception cref="SampanException">One that is malformed, or two on one destination.</exception>
    public static List<MountPoint> Prepare(Places places, List<string>? binds, List<MountRequest>? mounts = null)
    {
        var points = new List<MountPoint>();
        foreach (string bind in binds ?? [])
        {
            var volume = VolumeText.Parse(bind);
            Once(points, volume.Destination);
            points.Add(volume.IsPath ? Directory(volume) : Named(places, volume));
        }
        foreach (var mount in mounts ?? [])
        {
            Once(points, AbsolutePath.Clean(mount.Target!));
            points.Add(Requested(mount));
        }
        return points;
    }

    private static void Once(List<MountPoint> points, string destination)
    {
        if (points.Exists(point => point.Destination == destination))
            throw new SampanException(ErrorKind.InvalidArgument, $"duplicate mount point: {destination}");
    }

    private static MountPoint Requested(MountRequest mount)
    {
        string destination = AbsolutePath.Clean(mount.Target!);
        if (mount.Type == "tmpfs")
            return new MountPoint { Type = "tmpfs", Source = "", Destination = destination, Mode = "", Writable = !mount.ReadOnly, Propagation = "" };
        string source = AbsolutePath.Clean(mount.Source!);
        // A directory is made of what is missing only when that is asked for: a path that was mistyped is an error.
        if (Sys.Statx(At.AT_FDCWD, source, out _, 0) == -(nint)Errno.ENOENT)
        {
            if (mount.Bind is not { CreateMountpoint: true })
                throw MountCheck.Invalid(mount, $"bind source path does not exist: {source}");
            Mkdir.Parents(source, 0x1ED);
        }
        return new MountPoint
        {
            Type = "bind", Source = source, Destination = destination, Mode = "", Writable = !mount.ReadOnly,
            Propagation = string.IsNullOrEmpty(mount.Bind?.Propagation) ? "rprivate" : mount.Bind.Propagation,
        };
    }

    private static MountPoint Directory(VolumeText volume)
    {
        string source = volume.Source!;
        // As Docker's -v: a source that is missing becomes a directory.
        if (Sys.Statx(At.AT_FDCWD, source, out _, 0) == -(nint)Errno.ENOENT)
            Mkdir.Parents(source, 0x1ED);
        return new MountPoint
        {
            Type = "bind", Source = source, Destination = volume.Destination, Mode = volume.Mode, Writable = volume.Writable, Propagation = volume.Propagation,
        };
    }

    private static MountPoint Named(Places places, VolumeText volume)
    {
        string name = volume.Source
            ?? throw new SampanException(ErrorKind.Unsupported, $"volume {volume.Destination}: volumes without a name are not supported yet, give a name or a directory: -v NAME:{volume.Destination}");
        string data = $"{places.Volumes}/{name}/_data";
        if (Sys.Statx(At.AT_FDCWD, data, out _) != 0)
        {
            Mkdir.Parents(places.Volumes, 0x1C9);
            Mkdir.Parents($"{places.Volumes}/{name}", 0x1C9);
            Mkdir.Parents(data, 0x1ED);
        }
        return new MountPoint
        {
            Type = "volume", Name = name, Source = data, Destination = volume.Destination, Mode = volume.Mode.Length > 0 ? volume.Mode : "z", Writable = volume.Writable, Propagation = "",
        };
    }
}
