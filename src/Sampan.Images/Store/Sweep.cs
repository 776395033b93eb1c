using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Removes blobs and layers that no image and no container uses. Under the store's lock.</summary>
internal static class Sweep
{
    /// <summary>A pull that was broken off is gone on with sooner, or not at all.</summary>
    private static readonly TimeSpan s_stale = TimeSpan.FromDays(7);

    /// <returns>Chain ids of the layers removed.</returns>
    public static List<string> Unnamed(StorePaths paths)
    {
        var removed = new List<string>();
        var blobs = new HashSet<string>(StringComparer.Ordinal);
        var layers = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Blobs(paths);
        foreach (var entry in ImageIndexFile.Read(paths).Manifests)
            Mark(reader, entry, blobs, layers, 0);
        // Shared with those who pin: a layer is either pinned before this looks, or seen to be gone by who wants to pin it.
        using var pins = LayerPins.Exclude(paths);
        LayerPins.Mark(paths, layers);
        foreach (string name in Directories.NamesIfExists(paths.Blobs) ?? [])
            if (!blobs.Contains(name))
                LinuxException.Check(Sys.Unlinkat(At.AT_FDCWD, $"{paths.Blobs}/{name}"), "unlink", name);
        foreach (string name in Directories.NamesIfExists(paths.Layers) ?? [])
            if (!layers.Contains(name) && !name.StartsWith('.'))
            {
                Discard(paths, name);
                removed.Add(name);
            }
        Downloads(paths, s_stale);
        removed.Sort(StringComparer.Ordinal);
        return removed;
    }

    /// <summary>Removes what pulls have left of downloads and nobody goes on with: as old as this, and held by none.</summary>
    /// <returns>Bytes freed.</returns>
    public static long Downloads(StorePaths paths, TimeSpan age)
    {
        long freed = 0;
        foreach (string name in Directories.NamesIfExists(paths.Downloads) ?? [])
        {
            string path = $"{paths.Downloads}/{name}";
            nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDWR | OpenFlags.O_NOFOLLOW);
            if (fd == -(nint)Errno.ENOENT)
                continue; // its pull has just moved it into the store
            using var file = new FileFd((int)LinuxException.Check(fd, "open", path));
            if (Sys.Flock(file.Number, FlockOperation.LOCK_EX | FlockOperation.LOCK_NB) < 0)
                continue;
            LinuxException.Check(Sys.Fstat(file.Number, out var status), "fstat", path);
            if (DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(status.stx_mtime.tv_sec) < age)
                continue;
            // Whoever opened it meanwhile sees, once it has the lock, that its name is gone.
            if (Sys.Unlinkat(At.AT_FDCWD, path) == 0)
                freed += (long)status.stx_size;
        }
        return freed;
    }

    /// <summary>By one rename, so that a kill never leaves half a layer under its name.</summary>
    private static void Discard(StorePaths paths, string name)
    {
        string trash = $"{paths.Incoming}/{Guid.NewGuid():N}";
        LinuxException.Check(Sys.Renameat2(At.AT_FDCWD, $"{paths.Layers}/{name}", At.AT_FDCWD, trash), "rename", name);
        TreeRemoval.Remove(trash);
    }

    private static void Mark(Blobs reader, Descriptor entry, HashSet<string> blobs, HashSet<string> layers, int depth)
    {
        if (!blobs.Add(entry.Digest.Hex) || !reader.Exists(entry.Digest))
            return;
        if (MediaTypes.IsIndex(entry.MediaType))
        {
            if (depth < 4)
                foreach (var inner in reader.ReadJson<ImageIndex>(entry.Digest, $"image index {entry.Digest}").Manifests ?? [])
                    Mark(reader, inner, blobs, layers, depth + 1);
            return;
        }
        var manifest = reader.ReadJson<ImageManifest>(entry.Digest, $"image manifest {entry.Digest}");
        blobs.Add(manifest.Config!.Digest.Hex);
        foreach (var layer in manifest.Layers!)
            blobs.Add(layer.Digest.Hex);
        if (!reader.Exists(manifest.Config.Digest))
            return;
        var config = reader.ReadJson<ImageConfig>(manifest.Config.Digest, $"image config {manifest.Config.Digest}");
        foreach (var chainId in ChainId.Of(config.RootFs!.DiffIds!.ConvertAll(Digest.Parse)))
            layers.Add(chainId.Hex);
    }
}
