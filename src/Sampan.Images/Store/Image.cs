using System.Globalization;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>An image of the store.</summary>
public sealed class Image
{
    internal Image(Descriptor entry, ImageManifest manifest, ImageConfig config, IReadOnlyList<ImageReference> names, IReadOnlyList<ImageReference> digests)
    {
        (ManifestDigest, Manifest, Config, Names, RepoDigests) = (entry.Digest, manifest, config, names, digests);
        DiffIds = LayerStack.DiffIds(manifest, config, $"image {Id}");
        ChainIds = ChainId.Of(DiffIds);
        Size = long.TryParse(entry.Annotation(StoreAnnotations.Size), NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : manifest.Layers!.Sum(static l => l.Size);
    }

    /// <summary>The image's id: the digest of its config.</summary>
    public Digest Id => Manifest.Config!.Digest;

    public Digest ManifestDigest { get; }

    public ImageManifest Manifest { get; }

    public ImageConfig Config { get; }

    /// <summary>Its names in the store; empty for one that lost them.</summary>
    public IReadOnlyList<ImageReference> Names { get; }

    /// <summary>Its names by digest in registries, as far as it was pulled from there or pushed: of several platforms, that of their index.</summary>
    public IReadOnlyList<ImageReference> RepoDigests { get; }

    /// <summary>When it was last given a name by hand; null: never.</summary>
    public string? LastTagged { get; internal init; }

    public ImagePlatform Platform => ImagePlatform.Of(Config);

    /// <summary>Digests of the plain layers, lowest first.</summary>
    public IReadOnlyList<Digest> DiffIds { get; }

    /// <summary>Names of the unpacked layers, lowest first.</summary>
    public IReadOnlyList<Digest> ChainIds { get; }

    /// <summary>Bytes of the files in its layers.</summary>
    public long Size { get; }

    /// <summary>When it was made; the zero time when it does not say.</summary>
    public DateTimeOffset Created => DateTimeOffset.TryParse(Config.Created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : DateTimeOffset.MinValue;
}

/// <summary>Annotations of the store's own, on entries of its index.</summary>
internal static class StoreAnnotations
{
    /// <summary>Bytes of the files in all layers.</summary>
    public const string Size = "io.sampan.size";

    /// <summary>When somebody gave it its name, RFC 3339.</summary>
    public const string Tagged = "io.sampan.tagged";

    /// <summary>Digest of what the registry holds under the image's name, when that is an index.</summary>
    public const string RemoteDigest = "io.sampan.remote-digest";

    /// <summary>Digest of the image's config, which is its id: so that a look-up by id opens no manifest.</summary>
    public const string Id = "io.sampan.id";
}
