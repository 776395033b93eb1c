using System.Globalization;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>How an image is made of a root file system.</summary>
public sealed record ImportOptions
{
    /// <summary>The image's name; null: none.</summary>
    public string? Reference { get; init; }

    /// <summary>Dockerfile instructions: see <see cref="ImageChanges"/>.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    public string? Message { get; init; }

    /// <summary>Now, unless given.</summary>
    public DateTimeOffset? Created { get; init; }
}

public sealed partial class ImageStore
{
    /// <summary>Makes an image of one layer of the tar archive of a root file system, plain or compressed with gzip or zstd.</summary>
    /// <param name="source">Read to its end; need not seek.</param>
    public Image Import(Stream source, ImportOptions options)
    {
        var name = options.Reference is null ? null : NewName(options.Reference);
        var config = new ContainerConfig();
        foreach (string change in options.Changes)
            ImageChanges.Apply(config, change);
        using var transaction = StoreTransaction.Begin(_paths);
        var (file, path) = transaction.NewFile();
        using var blob = new FdStream(file, path);
        using var hashed = new DigestStream(source, blob);
        var (diffId, size) = LayerWork.Unpack(transaction, hashed, [], null, out var compression);
        var digest = hashed.Finish();
        if (hashed.Count == 0)
            throw new SampanException(ErrorKind.InvalidArgument, "tar archive: it is empty");
        transaction.AddBlob(path, digest);
        string created = Timestamp(options.Created);
        var layer = new Descriptor { MediaType = LayerType(compression), Digest = digest, Size = hashed.Count };
        var image = new ImageConfig
        {
            Created = created, Architecture = ImagePlatform.Host.Architecture, Os = "linux", Config = config, RootFs = new RootFs { DiffIds = [diffId.ToString()] },
            History = [new History { Created = created, Comment = string.IsNullOrEmpty(options.Message) ? "imported from a tar archive" : options.Message }],
        };
        return Store(transaction, image, [layer], name, size);
    }

    /// <summary>A name for an image that is made: with a tag, without a digest.</summary>
    private static ImageReference NewName(string text)
    {
        var name = ImageReference.Parse(text);
        return name.Digest is null ? name : throw new SampanException(ErrorKind.InvalidArgument, $"invalid reference format: \"{text}\": an image cannot be named by a digest it is yet to have");
    }

    private static string Timestamp(DateTimeOffset? time)
        => (time ?? DateTimeOffset.UtcNow).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static string LayerType(Compression compression) => compression switch
    {
        Compression.Gzip => MediaTypes.LayerGzip,
        Compression.Zstd => MediaTypes.LayerZstd,
        _ => MediaTypes.Layer,
    };

    /// <summary>Adds config and manifest to the blobs and layers already in <paramref name="transaction"/>, and commits it.</summary>
    private Image Store(StoreTransaction transaction, ImageConfig config, List<Descriptor> layers, ImageReference? name, long size)
    {
        var configDescriptor = transaction.AddBlob(config.ToJson(), MediaTypes.Config);
        var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = configDescriptor, Layers = layers };
        var entry = Entry(transaction.AddBlob(manifest.ToJson(), MediaTypes.Manifest), config, configDescriptor.Digest, size);
        if (name is not null)
            entry.Annotations![StoreAnnotations.Tagged] = Timestamp(null);
        transaction.Commit(index => index.Set(name, entry));
        return Get(configDescriptor.Digest.ToString());
    }

    internal static Descriptor Entry(Descriptor manifest, ImageConfig config, Digest id, long size)
    {
        manifest.Platform = new Platform { Architecture = config.Architecture, Os = config.Os, Variant = config.Variant };
        manifest.Annotations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [StoreAnnotations.Id] = id.ToString(),
            [StoreAnnotations.Size] = size.ToString(CultureInfo.InvariantCulture),
        };
        return manifest;
    }
}
