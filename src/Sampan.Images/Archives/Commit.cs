using Sampan.Linux;
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
        string path = WriteChanges(transaction, driver, containerDirectory);
        using var tar = new FdStream(Linux.Open.File(path, OpenFlags.O_RDONLY), path);
        var (diffId, size) = LayerWork.Unpack(transaction, tar, parent.ChainIds, null, out _);
        transaction.AddBlob(path, diffId);
        LinuxException.Check(Sys.Statx(At.AT_FDCWD, path, out var file), "statx", path);
        string created = Timestamp(options.Created);
        var image = new ImageConfig
        {
            Created = created, Author = options.Author ?? parent.Config.Author, Comment = options.Message,
            Architecture = parent.Config.Architecture, Os = parent.Config.Os, Variant = parent.Config.Variant,
            Config = config,
            RootFs = new RootFs { DiffIds = [.. parent.Config.RootFs!.DiffIds!, diffId.ToString()] },
            History = [.. parent.Config.History ?? [], new History { Created = created, CreatedBy = options.CreatedBy, Author = options.Author, Comment = options.Message }],
        };
        List<Descriptor> layers = [.. parent.Manifest.Layers!, new Descriptor { MediaType = MediaTypes.Layer, Digest = diffId, Size = (long)file.stx_size }];
        return Store(transaction, image, layers, name, parent.Size + size);
    }

    private string WriteChanges(StoreTransaction transaction, IStorageDriver driver, string containerDirectory)
    {
        var (file, path) = transaction.NewFile();
        using var stream = new BufferedStream(new FdStream(file, path), 128 << 10);
        driver.WriteLayer(containerDirectory, Layers.Of(containerDirectory), stream);
        stream.Flush();
        return path;
    }

    private static ContainerConfig Clone(ContainerConfig config) => JsonReading.Read<ContainerConfig>(config.ToJson());
}
