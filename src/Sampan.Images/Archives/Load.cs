using Sampan.Oci;

namespace Sampan.Images;

/// <summary>An image out of an archive.</summary>
/// <param name="Name">Null: the archive gave it none.</param>
public sealed record LoadedImage(Digest Id, ImageReference? Name)
{
    /// <summary>As <c>load</c> says it.</summary>
    public override string ToString() => Name is null ? $"Loaded image ID: {Id}" : $"Loaded image: {Name.Familiar}";
}

public sealed partial class ImageStore
{
    /// <summary>containerd's and Docker's annotation for the full name; image-spec's may hold but a tag.</summary>
    private const string ContainerdName = "io.containerd.image.name";

    /// <summary>Brings in the images of a docker archive (<c>docker save</c>) or an OCI image layout in a tar, plain or compressed.</summary>
    /// <param name="source">Read to its end; need not seek.</param>
    /// <param name="platform">Null: what suits this machine, or the only one there is.</param>
    /// <returns>Each name of each image; an image without a name once.</returns>
    public IReadOnlyList<LoadedImage> Load(Stream source, ImagePlatform? platform = null)
    {
        using var transaction = StoreTransaction.Begin(_paths);
        using var plain = Decompression.Open(source, out _);
        var files = ArchiveFiles.Read(transaction, plain);
        var loaded = new List<(ImageReference? Name, Descriptor Entry, Digest Id)>();
        if (files.Has("oci-layout") && files.Has("index.json"))
            LoadLayout(transaction, files, platform, loaded);
        else if (files.Has("manifest.json"))
            LoadDocker(transaction, files, platform, loaded);
        else
            throw new SampanException(ErrorKind.InvalidArgument, "neither a docker archive nor an OCI archive: it has no manifest.json and no index.json (for a root file system there is import)");
        if (loaded.Count == 0)
            throw new SampanException(ErrorKind.InvalidArgument, "image archive: it holds no image");
        transaction.Commit(index =>
        {
            foreach (var (name, entry, _) in loaded)
                index.Set(name, entry);
        });
        return loaded.ConvertAll(static l => new LoadedImage(l.Id, l.Name));
    }

    private static void LoadDocker(StoreTransaction transaction, ArchiveFiles files, ImagePlatform? platform, List<(ImageReference?, Descriptor, Digest)> loaded)
    {
        foreach (var image in Json.ReadArray<DockerArchiveEntry>(files.Get("manifest.json").Content(), "manifest.json"))
        {
            var configFile = files.Get(image.Config);
            var layers = (image.Layers ?? []).ConvertAll(path =>
            {
                var file = files.Get(path);
                return file.AddTo(transaction, LayerType(file.Compression()));
            });
            var manifest = new ImageManifest { MediaType = MediaTypes.Manifest, Config = configFile.AddTo(transaction, MediaTypes.Config), Layers = layers };
            var descriptor = transaction.AddBlob(manifest.ToJson(), MediaTypes.Manifest);
            var entry = Unpacked(transaction, descriptor, manifest, configFile, platform);
            var names = (image.RepoTags ?? []).ConvertAll(ImageReference.Parse);
            foreach (var name in names)
                loaded.Add((name, entry, configFile.Digest));
            if (names.Count == 0)
                loaded.Add((null, entry, configFile.Digest));
        }
    }

    private static void LoadLayout(StoreTransaction transaction, ArchiveFiles files, ImagePlatform? platform, List<(ImageReference?, Descriptor, Digest)> loaded)
    {
        if (files.Get("oci-layout").Json<ImageLayoutMarker>().ImageLayoutVersion is not { } version || !version.StartsWith("1.", StringComparison.Ordinal))
            throw new SampanException(ErrorKind.Unsupported, "image archive: oci-layout is not of version 1");
        foreach (var top in files.Get("index.json").Json<ImageIndex>().Manifests ?? [])
        {
            if (ManifestOf(files, top, platform ?? ImagePlatform.Host, 0) is not { } found)
                continue;
            var (descriptor, manifest) = found;
            var file = files.Get(descriptor);
            var stored = file.AddTo(transaction, manifest.MediaType ?? descriptor.MediaType ?? MediaTypes.Manifest);
            var config = files.Get(manifest.Config!);
            config.AddTo(transaction, MediaTypes.Config);
            foreach (var layer in manifest.Layers!)
                files.Get(layer).AddTo(transaction, layer.MediaType ?? MediaTypes.Layer);
            loaded.Add((NameOf(top), Unpacked(transaction, stored, manifest, config, platform), config.Digest));
        }
    }

    /// <summary>The manifest an entry leads to, through indexes; null for what is no image of the platform, such as an attestation.</summary>
    private static (Descriptor, ImageManifest)? ManifestOf(ArchiveFiles files, Descriptor entry, ImagePlatform platform, int depth)
    {
        if (depth > 4)
            throw new SampanException(ErrorKind.Corrupt, "image archive: indexes are nested too deep");
        if (entry.Platform?.Os == "unknown" || entry.ArtifactType is not null)
            return null;
        var file = files.Get(entry);
        if (MediaTypes.IsIndex(entry.MediaType))
        {
            var index = file.Json<ImageIndex>();
            CheckType(entry, index.MediaType);
            foreach (var inner in platform.Choose(index))
                if (ManifestOf(files, inner, platform, depth + 1) is { } found)
                    return found;
            return depth > 0 ? null : throw new SampanException(ErrorKind.NotFound, $"image archive: {entry.Digest}: no image for {platform}; there is {(ImagePlatform.Offered(index) is { Length: > 0 } offered ? offered : "none that says what it is for")}");
        }
        if (!MediaTypes.IsManifest(entry.MediaType))
            throw new SampanException(ErrorKind.Corrupt, $"image archive: {entry.Digest} is neither a manifest nor an index");
        var manifest = file.Json<ImageManifest>();
        CheckType(entry, manifest.MediaType);
        return MediaTypes.IsImageConfig(manifest.Config!.MediaType) ? (entry, manifest) : null;
    }

    /// <summary>image-spec 1.1, manifest.md, "mediaType": what points at a document and the document itself must agree on what it is.</summary>
    private static void CheckType(Descriptor entry, string? mediaType)
    {
        if (mediaType is not null && mediaType != entry.MediaType)
            throw new SampanException(ErrorKind.Corrupt, $"image archive: {entry.Digest} calls itself {mediaType}, its descriptor says {entry.MediaType}");
    }

    private static ImageReference? NameOf(Descriptor entry)
    {
        if (entry.Annotation(ContainerdName) is { } full)
            return ImageReference.Parse(full);
        // A tag alone names no image.
        return entry.Annotation(Annotations.RefName) is { } name && name.AsSpan().ContainsAny(':', '/') ? ImageReference.Parse(name) : null;
    }

    private static Descriptor Unpacked(StoreTransaction transaction, Descriptor descriptor, ImageManifest manifest, ArchiveFile configFile, ImagePlatform? platform)
    {
        var config = configFile.Json<ImageConfig>();
        var diffIds = LayerStack.DiffIds(manifest, config, $"image archive: image {configFile.Digest.Short}");
        if (config.Os is not (null or "" or "linux"))
            throw new SampanException(ErrorKind.Unsupported, $"image archive: image {configFile.Digest.Short} is for {config.Os}, not linux");
        if (platform?.Accepts(ImagePlatform.Of(config)) == false)
            throw new SampanException(ErrorKind.NotFound, $"image archive: image {configFile.Digest.Short} is for {ImagePlatform.Of(config)}, not {platform}");
        long size = Layers.Unpack(transaction, manifest, diffIds, ChainId.Of(diffIds));
        return Entry(descriptor, config, configFile.Digest, size);
    }
}
