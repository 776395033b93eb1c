using Sampan.Oci;

namespace Sampan.Images;

/// <summary>How an image is made of a container.</summary>
public sealed record CommitOptions
{
    /// <summary>The image's name; null: none.</summary>
    public string? Reference { get; init; }

    /// <summary>What containers of it run; null: as the parent's.</summary>
    public ContainerConfig? Config { get; init; }

    /// <summary>Dockerfile instructions: see <see cref="ImageChanges"/>.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    public string? Author { get; init; }

    public string? Message { get; init; }

    /// <summary>The container's command, for the history.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Now, unless given.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Called once, when all that the container changed has been read: it may go on.</summary>
    public Action? HasRead { get; init; }
}

public sealed partial class ImageStore
{
    /// <summary>Makes an image of <paramref name="parent"/> and one more layer: what the container changed.</summary>
    /// <param name="containerDirectory">As <see cref="Layers.Pin"/> and <see cref="IStorageDriver.Create"/> were given.</param>
    public Image Commit(Image parent, IStorageDriver driver, string containerDirectory, CommitOptions options)
    {
        var name = options.Reference is null ? null : NewName(options.Reference);
        var config = Clone(options.Config ?? parent.Config.Config ?? new ContainerConfig());
        foreach (string change in options.Changes)
            ImageChanges.Apply(config, change);
        using var transaction = StoreTransaction.Begin(_paths);
        transaction.Lease(parent.Manifest.Layers!.ConvertAll(static l => l.Digest), parent.ChainIds);
        if (parent.Manifest.Layers!.Find(l => !transaction.Holds(l.Digest)) is { } gone)
            throw new SampanException(ErrorKind.Corrupt, $"blob {gone.Digest} is missing from the image store");
        var layer = WriteChanges(transaction, driver, containerDirectory);
        options.HasRead?.Invoke();
        long size = UnpackOnce(transaction, parent, layer.Digest);
        string created = Timestamp(options.Created);
        var image = new ImageConfig
        {
            Created = created, Author = options.Author ?? parent.Config.Author, Comment = options.Message,
            Architecture = parent.Config.Architecture, Os = parent.Config.Os, Variant = parent.Config.Variant,
            Config = config,
            RootFs = new RootFs { DiffIds = [.. parent.Config.RootFs!.DiffIds!, layer.Digest.ToString()] },
            History = [.. parent.Config.History ?? [], new History { Created = created, CreatedBy = options.CreatedBy, Author = options.Author, Comment = options.Message }],
        };
        return Store(transaction, image, [.. parent.Manifest.Layers!, layer], name, parent.Size + size);
    }

    /// <returns>The plain archive of the changes: its digest is the layer's diff_id as well.</returns>
    private Descriptor WriteChanges(StoreTransaction transaction, IStorageDriver driver, string containerDirectory)
    {
        var (file, path) = transaction.NewFile();
        using var hashed = new DigestWriter(new FdStream(file, path));
        using var stream = new BufferedStream(hashed, 128 << 10);
        driver.WriteLayer(containerDirectory, Layers.Of(containerDirectory), stream);
        stream.Flush();
        var digest = hashed.Finish();
        // The same changes may have been committed before.
        transaction.Lease([digest], []);
        transaction.AddBlob(path, digest);
        return new Descriptor { MediaType = MediaTypes.Layer, Digest = digest, Size = hashed.Count };
    }

    /// <returns>Bytes of the layer's files.</returns>
    private static long UnpackOnce(StoreTransaction transaction, Image parent, Digest diffId)
    {
        var chainId = ChainId.Of([.. parent.DiffIds, diffId])[^1];
        transaction.Lease([], [chainId]);
        if (transaction.FindLayer(chainId) is { } there)
            return LayerWork.SizeOf(there);
        using var tar = transaction.OpenBlob(diffId);
        return LayerWork.Unpack(transaction, tar, parent.ChainIds, diffId, out _).Size;
    }

    private static ContainerConfig Clone(ContainerConfig config) => JsonReading.Read<ContainerConfig>(config.ToJson());
}
