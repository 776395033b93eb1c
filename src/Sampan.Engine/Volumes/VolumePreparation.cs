using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Makes the host's side of volumes ready: directories that are missing, volumes by their name.</summary>
internal static class VolumePreparation
{
    /// <summary>The mount points of <paramref name="binds"/>, in their order.</summary>
    /// <exception cref="SampanException">A bind that is malformed, or two on one destination.</exception>
    public static List<MountPoint> Prepare(Places places, List<string>? binds)
    {
        var points = new List<MountPoint>();
        foreach (string bind in binds ?? [])
        {
            var volume = VolumeText.Parse(bind);
            if (points.Exists(point => point.Destination == volume.Destination))
                throw new SampanException(ErrorKind.InvalidArgument, $"duplicate mount point: {volume.Destination}");
            points.Add(volume.IsPath ? Directory(volume) : Named(places, volume));
        }
        return points;
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
