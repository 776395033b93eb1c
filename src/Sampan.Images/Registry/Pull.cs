using Sampan.Oci;

namespace Sampan.Images;

/// <summary>How an image is brought from a registry.</summary>
public sealed record PullOptions
{
    /// <summary>The server's certificate is not checked, and plain HTTP will do.</summary>
    public bool Insecure { get; init; }

    /// <summary>Null: what suits this machine, or the only one there is.</summary>
    public ImagePlatform? Platform { get; init; }

    /// <summary>Null: connections and tokens of its own.</summary>
    public RegistrySessions? Sessions { get; init; }
}

/// <summary>What came of a pull.</summary>
/// <param name="Digest">Of what the registry holds under the name: for several platforms, of their index.</param>
/// <param name="New">False: it was here.</param>
public sealed record PulledImage(ImageReference Name, Digest Digest, bool New);

public sealed partial class ImageStore
{
    /// <summary>The images that a name may mean to a registry, the likeliest first: several only for a short name where registries.conf says so.</summary>
    /// <param name="choose">Asks a person which of several it is to be, where the administrator will not have it guessed; null, or its answer: nobody is there to ask.</param>
    /// <exception cref="SampanException">Not a reference; or several, and nobody has chosen.</exception>
    public static IReadOnlyList<ImageReference> ToPull(string text, Func<IReadOnlyList<ImageReference>, ImageReference?>? choose = null) => RegistriesConf.OfEnvironment().ToPull(text, choose);

    /// <summary>The tags of a repository, as its registry has them.</summary>
    public static Task<IReadOnlyList<string>> RemoteTags(ImageReference repository, PullOptions options, CancellationToken stop)
        => FromSources(repository, options, there => there.Tags(stop));

    /// <summary>Brings in an image of a registry, or of a mirror of it: its layers are downloaded, verified, decompressed and unpacked at once.</summary>
    /// <exception cref="SampanException">Nothing of the image is visible then; what was downloaded waits for the next try.</exception>
    public Task<PulledImage> Pull(ImageReference name, PullOptions options, ITransferProgress progress, CancellationToken stop)
        => FromSources(name, options, there => Pull(name, options.Platform, there, progress, stop));

    /// <summary>Mirrors first, the registry that the name says last.</summary>
    private static async Task<T> FromSources<T>(ImageReference name, PullOptions options, Func<RemoteRepository, Task<T>> use)
    {
        var failures = new List<SampanException>();
        var conf = RegistriesConf.OfEnvironment();
        var credentials = CredentialFiles.Of(conf);
        using var own = options.Sessions is null ? new RegistrySessions() : null;
        foreach (var source in conf.PullSources(name, options.Insecure))
            try
            {
                var session = (options.Sessions ?? own!).Of(source.Server, credentials);
                return await use(new RemoteRepository(session, source.Path)).ConfigureAwait(false);
            }
            catch (SampanException e) when (source.IsMirror)
            {
                failures.Add(e);
            }
            catch (SampanException e) when (failures.Count > 0)
            {
                throw new SampanException(e.Kind, $"{e.Message}; of its mirrors: {string.Join("; ", failures.Select(static f => f.Message))}", e);
            }
        throw new InvalidOperationException("the last source is no mirror");
    }

    private async Task<PulledImage> Pull(ImageReference name, ImagePlatform? platform, RemoteRepository repository, ITransferProgress progress, CancellationToken stop)
    {
        string wanted = name.Digest?.ToString() ?? name.Tag!;
        var lookup = new ImageLookup(ImageIndexFile.Read(_paths), _blobs);
        var here = lookup.ByName(name);
        if (here is not null && (name.Digest ?? await repository.Head(wanted, stop).ConfigureAwait(false)) is { } stated && IsHere(here, stated, manifest: null, platform))
            return new PulledImage(name, stated, false);
        var top = await repository.Manifest(wanted, stop).ConfigureAwait(false);
        var manifest = await RemoteImage.Find(repository, top, name.Familiar, platform ?? ImagePlatform.Host, stop).ConfigureAwait(false);
        if (here is not null && IsHere(here, top.Digest, manifest.Digest, platform))
            return new PulledImage(name, top.Digest, false);
        using var transaction = StoreTransaction.Begin(_paths);
        var image = await new ImagePull(transaction, repository, progress).Run(manifest, platform, stop).ConfigureAwait(false);
        image.Annotations![StoreAnnotations.RemoteDigest] = top.Digest.ToString();
        transaction.Commit(index => index.Set(name, image));
        return new PulledImage(name, top.Digest, true);
    }

    /// <summary>What the registry has is what is here, all of it, and the one of several that is wanted.</summary>
    /// <param name="manifest">Chosen from what the registry has; null: not looked at, then only a platform that is exactly the wanted one will do.</param>
    private bool IsHere(Descriptor entry, Digest remote, Digest? manifest, ImagePlatform? platform)
    {
        // Made here, it has its own digest there too.
        if ((Digest.TryParse(entry.Annotation(StoreAnnotations.RemoteDigest), out var known) ? known : entry.Digest) != remote)
            return false;
        Image image;
        try
        {
            image = ImageReading.Read(_blobs, entry, [], []);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.Corrupt)
        {
            return false; // damaged, or removed since the index was read: brought anew either way
        }
        bool wanted = manifest is not null ? manifest == image.ManifestDigest && platform?.Accepts(image.Platform) != false
            : platform is null ? image.ManifestDigest == remote || image.Platform == ImagePlatform.Host : image.Platform == platform;
        return wanted && _blobs.Exists(image.Id) && image.Manifest.Layers!.TrueForAll(l => _blobs.Exists(l.Digest)) && !Layers.Missing(image);
    }
}

/// <summary>From what a name means to the manifest of one image.</summary>
internal static class RemoteImage
{
    private const int MaxDepth = 4;

    /// <summary>Documents in all; indexes could lead in circles.</summary>
    private const int MaxDocuments = 32;

    /// <exception cref="SampanException">NotFound: there is none for the platform.</exception>
    public static async Task<RemoteManifest> Find(RemoteRepository repository, RemoteManifest top, string name, ImagePlatform platform, CancellationToken stop)
    {
        int documents = 0;
        return await Below(top, 0).ConfigureAwait(false) ?? throw new SampanException(ErrorKind.NotFound,
            $"{name}: no image for {platform}; there is {(ImagePlatform.Offered(Index(top)) is { Length: > 0 } offered ? offered : "none that says what it is for")}");

        async Task<RemoteManifest?> Below(RemoteManifest document, int depth)
        {
            if (!MediaTypes.IsIndex(document.MediaType))
                return document;
            if (depth == MaxDepth)
                throw new SampanException(ErrorKind.Corrupt, $"{name}: indexes are nested too deep");
            foreach (var entry in platform.Choose(Index(document)))
            {
                if (++documents > MaxDocuments)
                    throw new SampanException(ErrorKind.Corrupt, $"{name}: more than {MaxDocuments} indexes in indexes");
                var inner = await repository.Manifest(entry.Digest.ToString(), stop).ConfigureAwait(false);
                if (entry.MediaType is not null && entry.MediaType != inner.MediaType)
                    throw new SampanException(ErrorKind.Corrupt, $"{name}: {entry.Digest} is {inner.MediaType}, its index says {entry.MediaType}");
                if (await Below(inner, depth + 1).ConfigureAwait(false) is { } found)
                    return found;
            }
            return null;
        }
    }

    private static ImageIndex Index(RemoteManifest document) => Json.Read<ImageIndex>(document.Content, $"image index {document.Digest}");
}
