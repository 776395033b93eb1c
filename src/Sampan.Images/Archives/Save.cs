using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

public sealed partial class ImageStore
{
    /// <summary>
    /// Writes images as one archive that is a docker archive and an OCI archive at once, as Docker does since version 25.
    /// The same images always give the same bytes; a blob that several of them share is there once.
    /// </summary>
    /// <param name="references">Names, ids or beginnings of ids. An image asked for by its id has no name in the archive.</param>
    /// <param name="platform">What each of them is to be for; null: whatever it is for.</param>
    /// <exception cref="SampanException">NotFound; before anything is written.</exception>
    public void Save(IReadOnlyList<string> references, Stream target, ImagePlatform? platform = null)
    {
        var lookup = new ImageLookup(ImageIndexFile.Read(_paths), _blobs);
        var saved = new List<SavedImage>();
        foreach (string text in references)
        {
            var found = lookup.Find(text, out var name) ?? throw NoSuchImage(text);
            var entry = ImageReading.Resolve(_blobs, found);
            if (saved.Find(s => s.Entry.Digest == entry.Digest) is not { } image)
                saved.Add(image = new SavedImage(entry, _blobs.ReadJson<ImageManifest>(entry.Digest, $"image manifest {entry.Digest}"), []));
            if (platform is not null)
                CheckPlatform(platform, image.Manifest, text);
            if (name?.Tag is not null && !image.Names.Contains(name))
                image.Names.Add(name);
        }
        new ArchiveWriter(_blobs, target).Write(saved);
    }

    /// <summary>The store holds of each image the one for a platform that was pulled.</summary>
    private void CheckPlatform(ImagePlatform wanted, ImageManifest manifest, string name)
    {
        var there = ImagePlatform.Of(_blobs.ReadJson<ImageConfig>(manifest.Config!.Digest, $"image config {manifest.Config.Digest}"));
        if (!wanted.Accepts(there))
            throw new SampanException(ErrorKind.NotFound, $"{name} is here for {there}, not {wanted}: pull it with --platform {wanted}");
    }
}

/// <param name="Entry">Of its manifest.</param>
internal sealed record SavedImage(Descriptor Entry, ImageManifest Manifest, List<ImageReference> Names);

/// <summary>The archive's files: image-spec 1.1, image-layout.md, and Docker's manifest.json beside it, which points at the same blobs.</summary>
internal sealed class ArchiveWriter(Blobs store, Stream target)
{
    private const string ContainerdName = "io.containerd.image.name";
    private const string BlobFolder = "blobs/sha256/";
    private const int Chunk = 256 << 10;
    private readonly TarWriter _tar = new(target);

    public void Write(List<SavedImage> images)
    {
        Folder("blobs/");
        Folder(BlobFolder);
        var written = new HashSet<Digest>();
        byte[] buffer = new byte[Chunk];
        foreach (var image in images)
            foreach (var blob in (Descriptor[])[image.Entry, image.Manifest.Config!, .. image.Manifest.Layers!])
                if (written.Add(blob.Digest))
                    Blob(blob, buffer);
        File("index.json", new ImageIndex { MediaType = MediaTypes.Index, Manifests = [.. images.SelectMany(Entries)] }.ToJson());
        File("manifest.json", DockerEntries(images));
        File("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8);
        _tar.Finish();
    }

    private static IEnumerable<Descriptor> Entries(SavedImage image)
    {
        if (image.Names.Count == 0)
            yield return Entry(image, null);
        foreach (var name in image.Names)
            yield return Entry(image, new() { [ContainerdName] = name.ToString(), [Annotations.RefName] = name.Tag! });
    }

    private static Descriptor Entry(SavedImage image, Dictionary<string, string>? annotations)
        => new() { MediaType = image.Entry.MediaType, Digest = image.Entry.Digest, Size = image.Entry.Size, Platform = image.Entry.Platform, Annotations = annotations };

    private static byte[] DockerEntries(List<SavedImage> images)
    {
        var json = new MemoryStream();
        foreach (var image in images)
        {
            json.Write(json.Length == 0 ? "["u8 : ","u8);
            json.Write(new DockerArchiveEntry
            {
                Config = BlobFolder + image.Manifest.Config!.Digest.Hex, RepoTags = image.Names.ConvertAll(static n => n.Familiar),
                Layers = image.Manifest.Layers!.ConvertAll(static l => BlobFolder + l.Digest.Hex),
            }.ToJson());
        }
        json.Write("]"u8);
        return json.ToArray();
    }

    private void Blob(Descriptor blob, byte[] buffer)
    {
        using var source = store.Open(blob.Digest);
        Header(BlobFolder + blob.Digest.Hex, TarKind.File, blob.Size);
        long left = blob.Size;
        for (int n; (n = source.Read(buffer)) > 0; left -= n)
            _tar.WriteData(n <= left ? buffer.AsSpan(0, n) : throw WrongLength(blob));
        if (left != 0)
            throw WrongLength(blob);
    }

    private static SampanException WrongLength(Descriptor blob) => new(ErrorKind.Corrupt, $"blob {blob.Digest} of the image store is not {blob.Size} bytes long");

    private void File(string name, ReadOnlySpan<byte> content)
    {
        Header(name, TarKind.File, content.Length);
        _tar.WriteData(content);
    }

    private void Folder(string name) => Header(name, TarKind.Directory, 0);

    private void Header(string name, TarKind kind, long size)
        => _tar.WriteHeader(new TarEntry { Name = Encoding.ASCII.GetBytes(name), Kind = kind, Mode = kind == TarKind.Directory ? 0x1EDu : 0x1A4u, Size = size });
}
