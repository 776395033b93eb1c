using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>What images, containers and volumes take of the disk. Sizes are bytes of file contents.</summary>
public sealed class DiskUsage
{
    public required List<ImageDiskUsage> Images { get; init; }

    /// <summary>Of all layers, each once.</summary>
    public required long LayersSize { get; init; }

    /// <summary>Of the layers that no container is made from.</summary>
    public required long UnusedLayersSize { get; init; }

    public required List<(ContainerRecord Record, ContainerStatus Status, long Written, long Whole)> Containers { get; init; }

    public required List<(string Name, int Users, long Size)> Volumes { get; init; }
}

/// <param name="Shared">Bytes of the layers that other images have too.</param>
/// <param name="Containers">How many are made from it.</param>
public sealed record ImageDiskUsage(Image Image, long Shared, int Containers);

public sealed partial class ContainerEngine
{
    /// <param name="problem">Told, in a line each, of containers that cannot be read.</param>
    public DiskUsage DiskUsage(Action<string> problem)
    {
        var records = List(problem);
        var images = Images.List();
        var sizes = new Dictionary<string, (long Size, int Images)>(StringComparer.Ordinal);
        foreach (var image in images)
            foreach (string layer in Images.Layers.Of(image))
                sizes[layer] = sizes.TryGetValue(layer, out var known) ? (known.Size, known.Images + 1) : (Images.Layers.SizeOf(layer), 1);
        var used = records.SelectMany(static r => r.Layers!).ToHashSet(StringComparer.Ordinal);
        return new DiskUsage
        {
            Images = [.. images.Select(image => new ImageDiskUsage(image, Images.Layers.Of(image).Where(l => sizes[l].Images > 1).Sum(l => sizes[l].Size), records.Count(r => r.ImageId == image.Id.ToString())))],
            LayersSize = sizes.Values.Sum(static l => l.Size),
            UnusedLayersSize = sizes.Where(l => !used.Contains(l.Key)).Sum(static l => l.Value.Size),
            Containers = records.ConvertAll(record => SizesOf(record) is var (written, whole) ? (record, StatusOf(record), written, whole) : default),
            Volumes = [.. (Directories.NamesIfExists(Places.Volumes) ?? []).Order(StringComparer.Ordinal).Select(name => (name, records.Count(r => r.Mounts!.Exists(m => m.Name == name)), TreeSize.Of($"{Places.Volumes}/{name}/_data")))],
        };
    }
}

/// <summary>Bytes of the files in a directory, each once, by descriptors: no link is followed.</summary>
internal static class TreeSize
{
    public static long Of(string path)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW);
        if (fd < 0)
            return 0;
        using var directory = new PathFd((int)fd);
        return Of(directory, [], path);
    }

    private static long Of(PathFd directory, HashSet<(ulong, ulong)> links, string subject)
    {
        long size = 0;
        foreach (byte[] name in Directories.Names(directory.Number, subject))
        {
            if (Sys.Statx(directory.Number, name, out var file) < 0)
                continue; // gone since it was listed
            if (file.IsRegular && (file.stx_nlink == 1 || links.Add((file.Dev, file.stx_ino))))
                size += (long)file.stx_size;
            if (!file.IsDirectory)
                continue;
            nint fd = Sys.Openat2(directory.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_SYMLINKS);
            if (fd < 0)
                continue;
            using var inner = new PathFd((int)fd);
            size += Of(inner, links, subject);
        }
        return size;
    }
}
