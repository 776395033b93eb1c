using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Finding images by what people call them: a name, a name with a digest, an id or the beginning of one.</summary>
internal sealed class ImageLookup(ImageIndexFile index, Blobs blobs)
{
    /// <summary>The entries of the image <paramref name="text"/> means, and the name when it was a name.</summary>
    /// <exception cref="SampanException">Not a reference, or the beginning of several ids.</exception>
    public Descriptor? Find(string text, out ImageReference? name)
    {
        name = null;
        if (Digest.TryParse(text, out var digest))
            return ById(digest.Hex, text) ?? index.Manifests.Find(m => m.DigestText == text);
        if (text.StartsWith("sha256:", StringComparison.Ordinal) && Digest.IsHex(text.AsSpan(7)))
            return ById(text[7..], text);
        bool hex = Digest.IsHex(text) && text.Length is > 0 and <= Digest.HexLength;
        if (text.Length == Digest.HexLength && hex)
            return ById(text, text);
        var reference = ImageReference.Parse(text);
        if (ByName(reference) is { } named)
        {
            name = reference;
            return named;
        }
        return (hex ? ById(text, text) : null) ?? BySomethingShort(text, ref name);
    }

    /// <summary>What the administrator has short names mean; asked last, since it is read from files.</summary>
    private Descriptor? BySomethingShort(string text, ref ImageReference? name)
    {
        if (ImageReference.IsShort(text))
            foreach (var meaning in RegistriesConf.OfEnvironment().Meanings(text))
                if (ByName(meaning) is { } found)
                {
                    name = meaning;
                    return found;
                }
        return null;
    }

    public List<Descriptor> Entries => index.Manifests;

    /// <summary>Entries of the same image: one for each of its names.</summary>
    public List<Descriptor> Same(Descriptor entry)
    {
        string id = IdOf(entry);
        return index.Manifests.FindAll(m => IdOf(m) == id);
    }

    public Descriptor? ByName(ImageReference reference)
    {
        string text = reference.ToString();
        foreach (var entry in index.Manifests)
            if (entry.Annotation(Annotations.RefName) == text)
                return entry;
        if (reference.Digest is not { } digest)
            return null;
        // name@digest: any of the repository's entries of that digest, its own or that of the index it was chosen from, will do; a tag beside the digest decides nothing.
        return index.Manifests.Find(m => (m.Digest == digest || m.Annotation(StoreAnnotations.RemoteDigest) == digest.ToString()) && m.Annotation(Annotations.RefName) is { } name
            && ImageReference.TryParse(name, out var other) && other.Repository == reference.Repository);
    }

    /// <summary>The image's id, <c>sha256:…</c>.</summary>
    public string IdOf(Descriptor entry)
        => entry.Annotation(StoreAnnotations.Id) ?? ImageReading.Manifest(blobs, entry).Config!.DigestText!;

    private Descriptor? ById(string prefix, string text)
    {
        Descriptor? found = null;
        foreach (var entry in index.Manifests)
        {
            string id = IdOf(entry);
            if (!id.AsSpan(7).StartsWith(prefix))
                continue;
            if (found is not null && IdOf(found) != id)
                throw new SampanException(ErrorKind.InvalidArgument, $"{text} is the beginning of more than one image's id");
            found ??= entry;
        }
        return found;
    }
}

/// <summary>From an index entry to an image.</summary>
internal static class ImageReading
{
    /// <summary>Levels of indexes in indexes.</summary>
    private const int MaxDepth = 4;

    /// <summary>The manifest; of an index, that for this machine.</summary>
    public static ImageManifest Manifest(Blobs blobs, Descriptor entry)
        => blobs.ReadJson<ImageManifest>(Resolve(blobs, entry).Digest, $"image manifest {entry.Digest}");

    /// <summary>Where the manifest lies: of an index, that for this machine.</summary>
    public static Descriptor Resolve(Blobs blobs, Descriptor entry) => Resolve(blobs, entry, 0)
        ?? throw new SampanException(ErrorKind.NotFound, $"image index {entry.Digest}: no image for {ImagePlatform.Host}");

    private static Descriptor? Resolve(Blobs blobs, Descriptor entry, int depth)
    {
        if (!MediaTypes.IsIndex(entry.MediaType))
            return entry;
        if (depth == MaxDepth)
            throw new SampanException(ErrorKind.Corrupt, $"image index {entry.Digest}: indexes are nested too deep");
        foreach (var inner in ImagePlatform.Host.Choose(blobs.ReadJson<ImageIndex>(entry.Digest, $"image index {entry.Digest}")))
            if (Resolve(blobs, inner, depth + 1) is { } found)
                return found;
        return null;
    }

    public static Image Read(Blobs blobs, Descriptor entry, IReadOnlyList<ImageReference> names, IReadOnlyList<ImageReference> digests, string? tagged = null)
    {
        var manifest = Manifest(blobs, entry);
        var config = blobs.ReadJson<ImageConfig>(manifest.Config!.Digest, $"image config {manifest.Config.Digest}");
        return new Image(entry, manifest, config, names, digests) { LastTagged = tagged };
    }
}
