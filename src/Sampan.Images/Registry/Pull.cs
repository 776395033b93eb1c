using Sampan.Oci;

namespace Sampan.Images;

/// <summary>How an image is brought from a registry.</summary>
public sealed record PullOptions
{
    /// <summary>The server's certificate is not checked, and plain HTTP will do.</summary>
    public bool Insecure { get; init; }
}

/// <summary>What came of a pull.</summary>
/// <param name="Digest">Of what the registry holds under the name: for several platforms, of their index.</param>
/// <param name="New">False: it was here.</param>
public sealed record PulledImage(ImageReference Name, Digest Digest, bool New);

public sealed partial class ImageStore
{
    /// <summary>The images that a name may mean to a registry, the likeliest first: several only for a short name where registries.conf says so.</summary>
    /// <exception cref="SampanException">Not a reference; or several, and the administrator will not have it guessed.</exception>
    public static IReadOnlyList<ImageReference> ToPull(string text) => RegistriesConf.OfEnvironment().ToPull(text);

    /// <summary>Brings in an image of a registry, or of a mirror of it: its layers are downloaded, verified, decompressed and unpacked at once.</summary>
    /// <exception cref="SampanException">Nothing of the image is visible then; what was downloaded waits for the next try.</exception>
    public async Task<PulledImage> Pull(ImageReference name, PullOptions options, ITransferProgress progress, CancellationToken stop)
    {
        var failures = new List<SampanException>();
        var conf = RegistriesConf.OfEnvironment();
        var credentials = CredentialFiles.Of(conf);
        foreach (var source in conf.PullSources(name, options.Insecure))
            try
            {
                return await Pull(name, source, credentials, progress, stop).ConfigureAwait(false);
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

    private async Task<PulledImage> Pull(ImageReference name, PullSource source, CredentialFiles credentials, ITransferProgress progress, CancellationToken stop)
    {
        using var session = new RegistrySession(source.Server, credentials, CertificateDirectories.System);
        var repository = new RemoteRepository(session, source.Path);
        string wanted = name.Digest?.ToString() ?? name.Tag!;
        var lookup = new ImageLookup(ImageIndexFile.Read(_paths), _blobs);
        if (lookup.ByName(name) is { } here && (name.Digest ?? await repository.Head(wanted, stop).ConfigureAwait(false)) is { } remote && RemoteDigest(here) == remote && IsWhole(here))
            return new PulledImage(name, remote, false);
        var top = await repository.Manifest(wanted, stop).ConfigureAwait(false);
        var manifest = await RemoteImage.Resolve(repository, top, name.Familiar, stop).ConfigureAwait(false);
        using var transaction = StoreTransaction.Begin(_paths);
        var image = await new ImagePull(transaction, repository, _blobs, progress).Run(manifest, stop).ConfigureAwait(false);
        image.Annotations![StoreAnnotations.RemoteDigest] = top.Digest.ToString();
        transaction.Commit(index => index.Set(name, image));
        return new PulledImage(name, top.Digest, true);
    }

    /// <summary>What the registry called it; made here, it has its own digest there too.</summary>
    private static Digest RemoteDigest(Descriptor entry) => Digest.TryParse(entry.Annotation(StoreAnnotations.RemoteDigest), out var digest) ? digest : entry.Digest;

    private bool IsWhole(Descriptor entry)
    {
        var image = ImageReading.Read(_blobs, entry, []);
        return _blobs.Exists(image.Id) && image.Manifest.Layers!.TrueForAll(l => _blobs.Exists(l.Digest)) && !Layers.Missing(image);
    }
}

/// <summary>From what a name means to the manifest of one image.</summary>
internal static class RemoteImage
{
    private const int MaxDepth = 4;

    public static async Task<RemoteManifest> Resolve(RemoteRepository repository, RemoteManifest document, string name, CancellationToken stop)
    {
        for (int depth = 0; MediaTypes.IsIndex(document.MediaType); depth++)
        {
            if (depth == MaxDepth)
                throw new SampanException(ErrorKind.Corrupt, $"{name}: indexes are nested too deep");
            var entry = Platforms.Choose(Json.Read<ImageIndex>(document.Content, $"image index {document.Digest}"), name);
            document = await repository.Manifest(entry.Digest.ToString(), stop).ConfigureAwait(false);
            if (entry.MediaType is not null && entry.MediaType != document.MediaType)
                throw new SampanException(ErrorKind.Corrupt, $"{name}: {entry.Digest} is {document.MediaType}, its index says {entry.MediaType}");
        }
        return document;
    }
}
