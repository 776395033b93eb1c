using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// The images below a root directory, as an OCI image layout (<c>images</c>) and unpacked layers (<c>layers</c>).
/// Reading takes no lock; each change is all or nothing, whatever happens in the middle.
/// </summary>
/// <remarks>image-spec 1.1, image-layout.md: names are the annotation org.opencontainers.image.ref.name of index.json, in full (docker.io/library/busybox:latest).</remarks>
public sealed partial class ImageStore
{
    private const int MaxReads = 100;
    private readonly StorePaths _paths;
    private readonly Blobs _blobs;

    private ImageStore(StorePaths paths)
    {
        (_paths, _blobs) = (paths, new Blobs(paths));
        Layers = new Layers(paths);
    }

    /// <summary>The unpacked layers.</summary>
    public Layers Layers { get; }

    /// <summary>Touches nothing: directories are made when something is first stored.</summary>
    /// <param name="root">Absolute; <c>/var/lib/sampan</c> by default.</param>
    public static ImageStore Open(string root) => new(new StorePaths(root.Length > 1 ? root.TrimEnd('/') : root));

    /// <summary>The image a name, an id or the beginning of an id means; null when there is none.</summary>
    /// <exception cref="SampanException">Not a reference, or the beginning of several ids.</exception>
    public Image? Find(string reference) => AsOfNow(lookup => lookup.Find(reference, out _) is { } entry ? Read(lookup, entry) : null);

    /// <summary>As <see cref="Find"/>.</summary>
    /// <exception cref="SampanException">NotFound as well.</exception>
    public Image Get(string reference) => Find(reference) ?? throw NoSuchImage(reference);

    /// <summary>All images, the newest first.</summary>
    public IReadOnlyList<Image> List() => AsOfNow(lookup =>
    {
        var images = new List<Image>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in lookup.Entries)
            if (seen.Add(lookup.IdOf(entry)))
                images.Add(Read(lookup, entry));
        images.Sort(static (a, b) => b.Created.CompareTo(a.Created));
        return images;
    });

    /// <summary>Reads without a lock: what was removed meanwhile is missing, and then it is read once more.</summary>
    private T AsOfNow<T>(Func<ImageLookup, T> read)
    {
        for (int attempt = 1; ; attempt++)
        {
            var index = ImageIndexFile.Read(_paths);
            try
            {
                return read(new ImageLookup(index, _blobs));
            }
            catch (SampanException e) when (e.Kind == ErrorKind.Corrupt && attempt < MaxReads && !index.IsSame(ImageIndexFile.Read(_paths)))
            {
                continue;
            }
        }
    }

    internal static SampanException NoSuchImage(string reference)
        => new(ErrorKind.NotFound, $"no such image: {(ImageReference.TryParse(reference, out var name) ? name.Familiar : reference)}");

    private Image Read(ImageLookup lookup, Descriptor entry)
    {
        var names = new List<ImageReference>();
        var digests = new List<ImageReference>();
        string? tagged = null;
        foreach (var same in lookup.Same(entry))
        {
            if (same.Annotation(Annotations.RefName) is not { } name || !ImageReference.TryParse(name, out var reference))
                continue;
            names.Add(reference);
            if (string.CompareOrdinal(same.Annotation(StoreAnnotations.Tagged), tagged) > 0)
                tagged = same.Annotation(StoreAnnotations.Tagged);
            var there = Digest.TryParse(same.Annotation(StoreAnnotations.RemoteDigest), out var remote) ? reference.WithDigest(remote) : reference.Digest is { } own ? reference.WithDigest(own) : null;
            if (there is not null && !digests.Contains(there))
                digests.Add(there);
        }
        return ImageReading.Read(_blobs, entry, names, digests, tagged);
    }
}
