using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>How an image is brought to a registry.</summary>
public sealed record PushOptions
{
    /// <summary>The server's certificate is not checked, and plain HTTP will do.</summary>
    public bool Insecure { get; init; }

    /// <summary>Null: connections and tokens of its own.</summary>
    public RegistrySessions? Sessions { get; init; }
}

/// <summary>What came of a push.</summary>
/// <param name="Digest">Of the manifest that the registry holds now.</param>
/// <param name="Size">Its bytes.</param>
public sealed record PushedImage(ImageReference Name, Digest Digest, long Size);

public sealed partial class ImageStore
{
    /// <summary>The tags that the store has of a repository, in the order they were made.</summary>
    public IReadOnlyList<ImageReference> TagsOf(ImageReference repository)
        => [.. NamesIn(ImageIndexFile.Read(_paths)).Select(static n => n.Name).Where(n => n.Repository == repository.Repository && n.Tag is not null)];

    /// <summary>Brings an image to the registry of its name, with the blobs it came as: what is there already is not sent.</summary>
    /// <exception cref="SampanException">NotFound: no image has this name. Whatever fails, the tag means then what it meant before.</exception>
    public async Task<PushedImage> Push(ImageReference name, PushOptions options, ITransferProgress progress, CancellationToken stop)
    {
        if (name.Tag is null || name.Digest is not null)
            throw new SampanException(ErrorKind.InvalidArgument, $"{name.Familiar}: a digest cannot be pushed, only a tag");
        var index = ImageIndexFile.Read(_paths);
        var named = new ImageLookup(index, _blobs).ByName(name)
            ?? throw new SampanException(ErrorKind.NotFound, $"an image does not exist locally with the tag: {name.Familiar}");
        var entry = ImageReading.Resolve(_blobs, named);
        ReadOnlyMemory<byte> content;
        using (var blob = _blobs.Open(entry.Digest))
            content = SmallContent.Read(blob, JsonReading.Limit, $"image manifest {entry.Digest}");
        var manifest = Json.Read<ImageManifest>(content, $"image manifest {entry.Digest}");
        var conf = RegistriesConf.OfEnvironment();
        using var own = options.Sessions is null ? new RegistrySessions() : null;
        var session = (options.Sessions ?? own!).Of(conf.ServerOf(name.Domain, name.ToString(), options.Insecure), CredentialFiles.Of(conf));
        var repository = new RepositoryUploads(session, name.Path);
        await new ImagePush(repository, _blobs, SourcesOf(index, name), progress).Run(manifest, stop).ConfigureAwait(false);
        string mediaType = manifest.MediaType ?? entry.MediaType ?? MediaTypes.Manifest;
        bool linked = await repository.Manifest(name.Tag, content, entry.Digest, mediaType, stop).ConfigureAwait(false);
        if (manifest.Subject is { } subject && !linked)
            await new ReferrersTag(new RemoteRepository(session, name.Path), repository).Add(subject.Digest, ReferrersTag.Describe(manifest, mediaType, entry.Digest, content.Length), stop).ConfigureAwait(false);
        try
        {
            Remember(name, entry.Digest);
        }
        catch (Exception e) when (e is SampanException or LinuxException)
        {
            throw new SampanException((e as SampanException)?.Kind ?? ((LinuxException)e).Kind, $"{name.Familiar} is pushed, but the image store cannot note that: {e.Message}", e);
        }
        return new PushedImage(name, entry.Digest, content.Length);
    }

    /// <summary>That the registry has it now; unless the name means something else meanwhile.</summary>
    private void Remember(ImageReference name, Digest manifest)
    {
        using var held = StoreLock.Take(_paths);
        var index = ImageIndexFile.Read(_paths);
        if (new ImageLookup(index, _blobs).ByName(name) is not { } entry || ImageReading.Resolve(_blobs, entry).Digest != manifest || entry.Annotation(StoreAnnotations.RemoteDigest) == manifest.ToString())
            return;
        entry.Annotations![StoreAnnotations.RemoteDigest] = manifest.ToString();
        index.Write();
    }

    /// <summary>Layers of images that have names in other repositories of the same registry: likely they are there.</summary>
    private Dictionary<Digest, string> SourcesOf(ImageIndexFile index, ImageReference target)
    {
        var sources = new Dictionary<Digest, string>();
        foreach (var (name, entry) in NamesIn(index))
            if (name.Domain == target.Domain && name.Path != target.Path)
                foreach (var layer in ImageReading.Manifest(_blobs, entry).Layers!)
                    sources.TryAdd(layer.Digest, name.Path);
        return sources;
    }

    private static IEnumerable<(ImageReference Name, Descriptor Entry)> NamesIn(ImageIndexFile index)
    {
        foreach (var entry in index.Manifests)
            if (entry.Annotation(Annotations.RefName) is { } text && ImageReference.TryParse(text, out var name))
                yield return (name, entry);
    }
}
