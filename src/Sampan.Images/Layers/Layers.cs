using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>The unpacked layers: directories <c>layers/CHAIN/fs</c> that overlayfs takes as they are.</summary>
public sealed class Layers
{
    private readonly StorePaths _paths;

    internal Layers(StorePaths paths) => _paths = paths;

    /// <summary>The directories of the image's layers, topmost first; what is not unpacked is unpacked now.</summary>
    /// <remarks>Only <see cref="Pin"/> keeps them from being removed meanwhile.</remarks>
    public IReadOnlyList<string> Ensure(Image image)
    {
        var missing = Missing(image);
        if (missing)
        {
            using var transaction = StoreTransaction.Begin(_paths);
            Unpack(transaction, image.Manifest, image.DiffIds, image.ChainIds);
            transaction.Commit(static _ => { });
        }
        return Directories(image.ChainIds);
    }

    /// <summary>As <see cref="Ensure"/>, and holds them for a container until its directory is gone, whatever becomes of the image.</summary>
    /// <param name="containerDirectory">A directory below <c>containers</c>; must exist.</param>
    public IReadOnlyList<string> Pin(Image image, string containerDirectory)
    {
        LayerPins.Write(containerDirectory, image.ChainIds.Reverse());
        // Whoever removes layers reads the pins under the exclusive lock: with the shared one held, what is there stays.
        Mkdir.Parents(_paths.Layers, 0x1C0);
        using (LayerPins.Share(_paths))
            if (!Missing(image))
                return Directories(image.ChainIds);
        return Ensure(image);
    }

    /// <summary>Where the image's layers lie, topmost first, whether they are unpacked or not.</summary>
    public IReadOnlyList<string> Of(Image image) => Directories(image.ChainIds);

    /// <summary>The directories a container was given by <see cref="Pin"/>, topmost first.</summary>
    public IReadOnlyList<string> Of(string containerDirectory)
        => LayerPins.Read(containerDirectory).ConvertAll(id => $"{_paths.Layers}/{id}/{LayerWork.ContentName}");

    /// <summary>Bytes of the files of one layer, as it was unpacked; 0: it is not here.</summary>
    /// <param name="directory">One of those of <see cref="Of(Image)"/>.</param>
    public long SizeOf(string directory)
    {
        string layer = directory[..directory.LastIndexOf('/')];
        return Sys.Statx(At.AT_FDCWD, layer, out _) == 0 ? LayerWork.SizeOf(layer) : 0;
    }

    /// <summary>Unpacks what is missing of an image's layers into <paramref name="transaction"/>.</summary>
    /// <returns>Bytes of all its layers' files.</returns>
    internal static long Unpack(StoreTransaction transaction, ImageManifest manifest, IReadOnlyList<Digest> diffIds, IReadOnlyList<Digest> chainIds)
    {
        transaction.Lease(manifest.Layers!.ConvertAll(static l => l.Digest), chainIds);
        long size = 0;
        for (int i = 0; i < chainIds.Count; i++)
        {
            var digest = manifest.Layers![i].Digest;
            using var blob = transaction.OpenBlob(digest);
            if (transaction.FindLayer(chainIds[i]) is { } there)
            {
                size += LayerWork.SizeOf(there);
                // A new blob must be that layer, or the store would hold two truths.
                if (digest != diffIds[i] && transaction.IsNew(digest))
                    LayerWork.Verify(blob, diffIds[i]);
                continue;
            }
            size += LayerWork.Unpack(transaction, blob, [.. chainIds.Take(i)], diffIds[i], out _).Size;
        }
        return size;
    }

    internal bool Missing(Image image)
    {
        foreach (var id in image.ChainIds)
            if (Sys.Statx(At.AT_FDCWD, _paths.Layer(id), out _) != 0)
                return true;
        return false;
    }

    private List<string> Directories(IReadOnlyList<Digest> chainIds)
    {
        var directories = new List<string>(chainIds.Count);
        for (int i = chainIds.Count - 1; i >= 0; i--)
            directories.Add($"{_paths.Layer(chainIds[i])}/{LayerWork.ContentName}");
        return directories;
    }
}
