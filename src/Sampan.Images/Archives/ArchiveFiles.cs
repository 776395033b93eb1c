using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>The files of an image archive, spooled to the transaction as they stream by, since an archive may name its parts before or after it holds them.</summary>
internal sealed class ArchiveFiles
{
    private const int MaxFiles = 100_000;
    private const int MaxLinks = 16;
    private const string BlobPrefix = "blobs/sha256/";
    private readonly Dictionary<string, ArchiveFile> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    /// <summary>Reads the whole archive.</summary>
    public static ArchiveFiles Read(StoreTransaction transaction, Stream tar)
    {
        var files = new ArchiveFiles();
        var reader = new TarReader(tar);
        while (reader.Next() is { } entry)
        {
            if (files._files.Count + files._links.Count >= MaxFiles)
                throw new SampanException(ErrorKind.Corrupt, $"image archive: more than {MaxFiles} files");
            string name = Encoding.UTF8.GetString(EntryPath.Clean(entry.Name));
            if (entry.Kind == TarKind.File && entry.Sparse is null)
                files._files[name] = Spool(transaction, reader, name);
            else if (entry.Kind is TarKind.Symlink or TarKind.HardLink)
                files._links[name] = Target(name, entry);
        }
        return files;
    }

    public bool Has(string name) => Resolve(name) is not null;

    /// <exception cref="SampanException">The archive has no such file.</exception>
    public ArchiveFile Get(string? name)
        => Resolve(Encoding.UTF8.GetString(EntryPath.Clean(Encoding.UTF8.GetBytes(name ?? ""))))
            ?? throw new SampanException(ErrorKind.Corrupt, $"image archive: \"{TarEntry.Show(Encoding.UTF8.GetBytes(name ?? ""))}\" is missing");

    /// <summary>The blob a descriptor points at, of the size it says.</summary>
    public ArchiveFile Get(Descriptor descriptor)
    {
        var file = Get(BlobPrefix + descriptor.Digest.Hex);
        return file.Size == descriptor.Size ? file
            : throw new SampanException(ErrorKind.Corrupt, $"image archive: blob {descriptor.Digest} is {file.Size} bytes long, not {descriptor.Size}");
    }

    private ArchiveFile? Resolve(string name)
    {
        for (int i = 0; i < MaxLinks && _links.TryGetValue(name, out string? target); i++)
            name = target;
        return _files.GetValueOrDefault(name);
    }

    /// <summary>Old docker archives hold a layer that several images share once, and links to it.</summary>
    private static string Target(string name, TarEntry entry)
    {
        string target = Encoding.UTF8.GetString(entry.LinkName);
        if (entry.Kind == TarKind.Symlink && !target.StartsWith('/'))
            target = $"{(name.LastIndexOf('/') is var slash and >= 0 ? name[..slash] : "")}/{target}";
        return Encoding.UTF8.GetString(EntryPath.Clean(Encoding.UTF8.GetBytes(target)));
    }

    private static ArchiveFile Spool(StoreTransaction transaction, TarReader reader, string name)
    {
        var (file, path) = transaction.NewFile();
        using var target = new FdStream(file, path);
        using var hashed = new DigestStream(reader.Data(), target);
        var digest = hashed.Finish();
        if (name.StartsWith(BlobPrefix, StringComparison.Ordinal) && name[BlobPrefix.Length..] != digest.Hex)
            throw new SampanException(ErrorKind.Corrupt, $"image archive: blob {TarEntry.Show(Encoding.UTF8.GetBytes(name[BlobPrefix.Length..]))} has the content of {digest}");
        return new ArchiveFile(name, path, digest, hashed.Count);
    }
}

/// <param name="Path">Where it was spooled to.</param>
internal sealed record ArchiveFile(string Name, string Path, Digest Digest, long Size)
{
    public ReadOnlyMemory<byte> Content()
    {
        using var stream = new FdStream(Open.File(Path, OpenFlags.O_RDONLY), Name);
        return SmallContent.Read(stream, JsonReading.Limit, Name);
    }

    public T Json<T>() where T : OciObject, new() => Images.Json.Read<T>(Content(), Name);

    public Compression Compression()
    {
        using var stream = new FdStream(Open.File(Path, OpenFlags.O_RDONLY), Name);
        using var plain = Decompression.Open(stream, out var compression);
        return compression;
    }

    /// <summary>Brings it into the store.</summary>
    public Descriptor AddTo(StoreTransaction transaction, string mediaType)
    {
        transaction.AddBlob(Path, Digest);
        return new Descriptor { MediaType = mediaType, Digest = Digest, Size = Size };
    }
}
