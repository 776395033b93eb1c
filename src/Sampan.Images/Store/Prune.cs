using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>What a prune did.</summary>
/// <param name="Lines">As <see cref="ImageStore.Remove"/> says it.</param>
/// <param name="Reclaimed">Bytes of the files in the layers that are gone, and of downloads.</param>
public sealed record PrunedImages(IReadOnlyList<string> Lines, long Reclaimed);

public sealed partial class ImageStore
{
    /// <summary>Deletes what broken pulls have left, and the images that no container is made from and that have no name.</summary>
    /// <param name="all">Those that have names too.</param>
    /// <param name="chosen">False: this one stays.</param>
    public PrunedImages Prune(bool all, Func<Image, bool> chosen, Func<Digest, IReadOnlyList<ImageUser>> users)
    {
        using var held = StoreLock.Take(_paths);
        var index = ImageIndexFile.Read(_paths);
        var lookup = new ImageLookup(index, _blobs);
        var lines = new List<string>();
        var before = LayerSizes();
        foreach (string id in index.Manifests.ConvertAll(lookup.IdOf).Distinct())
        {
            var same = index.Manifests.FindAll(m => lookup.IdOf(m) == id);
            bool named = same.Exists(static m => m.Annotation(Annotations.RefName) is not null);
            if ((named && !all) || users(Digest.Parse(id)).Count > 0 || !chosen(Read(lookup, same[0])))
                continue;
            foreach (var one in same)
                if (one.Annotation(Annotations.RefName) is not null)
                    Untag(index, one, lines);
            index.Manifests.RemoveAll(m => lookup.IdOf(m) == id);
            lines.Add($"Deleted: {id}");
        }
        long reclaimed = Sweep.Downloads(_paths, TimeSpan.Zero);
        if (lines.Count == 0)
            return new PrunedImages([], reclaimed);
        held.Begin();
        index.Write();
        foreach (string layer in Sweep.Unnamed(_paths))
        {
            lines.Add($"Deleted: sha256:{layer}");
            reclaimed += before.GetValueOrDefault(layer);
        }
        held.Finished();
        return new PrunedImages(lines, reclaimed);
    }

    private Dictionary<string, long> LayerSizes()
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (string name in Directories.NamesIfExists(_paths.Layers) ?? [])
            if (!name.StartsWith('.'))
                sizes.Add(name, LayerWork.SizeOf($"{_paths.Layers}/{name}"));
        return sizes;
    }
}
