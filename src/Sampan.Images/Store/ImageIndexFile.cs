using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>index.json of the store: which names mean which manifests.</summary>
internal sealed class ImageIndexFile
{
    private readonly StorePaths _paths;
    private readonly ImageIndex _index;

    private ImageIndexFile(StorePaths paths, ImageIndex index) => (_paths, _index) = (paths, index);

    /// <summary>In the order they were made.</summary>
    public List<Descriptor> Manifests => _index.Manifests!;

    /// <summary>As it is now; empty when there is no store yet. Needs no lock: the file is replaced as a whole.</summary>
    public static ImageIndexFile Read(StorePaths paths)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, paths.Index, OpenFlags.O_RDONLY);
        if (fd == -(nint)Errno.ENOENT)
            return new ImageIndexFile(paths, new ImageIndex { Manifests = [] });
        using var stream = new FdStream(new FileFd((int)LinuxException.Check(fd, "open", paths.Index)), paths.Index);
        var index = Json.Read<ImageIndex>(SmallContent.Read(stream, JsonReading.Limit, paths.Index), paths.Index);
        index.Manifests ??= [];
        return new ImageIndexFile(paths, index);
    }

    /// <summary>True when both name the same manifests.</summary>
    public bool IsSame(ImageIndexFile other) => Manifests.Select(static m => m.DigestText).SequenceEqual(other.Manifests.Select(static m => m.DigestText));

    /// <summary>Under the store's lock only.</summary>
    public void Write()
    {
        _index.MediaType ??= MediaTypes.Index;
        DurableFile.Write(_paths.Index, _index.ToJson());
    }

    /// <summary>Makes <paramref name="name"/> mean <paramref name="manifest"/>; the image that had the name stays, without it.</summary>
    /// <param name="name">Null: an image without a name.</param>
    /// <returns>Its entry under the name.</returns>
    public Descriptor Set(ImageReference? name, Descriptor manifest)
    {
        if (name is not null)
            Unname(name.ToString());
        // A nameless entry of the same manifest is what the name is given to.
        Manifests.RemoveAll(m => m.DigestText == manifest.DigestText && m.Annotation(Annotations.RefName) is null);
        if (name is null && Manifests.Find(m => m.DigestText == manifest.DigestText) is { } named)
            return named;
        var entry = new Descriptor
        {
            MediaType = manifest.MediaType, DigestText = manifest.DigestText, Size = manifest.Size, Platform = manifest.Platform,
            Annotations = manifest.Annotations is null ? [] : new Dictionary<string, string>(manifest.Annotations),
        };
        entry.Annotations.Remove(Annotations.RefName);
        if (name is not null)
            entry.Annotations[Annotations.RefName] = name.ToString();
        Manifests.Add(entry);
        return entry;
    }

    /// <summary>Takes a name away; an image that has no other stays as a nameless one.</summary>
    public void Unname(string name)
    {
        int at = Manifests.FindIndex(m => m.Annotation(Annotations.RefName) == name);
        if (at < 0)
            return;
        var entry = Manifests[at];
        if (Manifests.Exists(m => m != entry && m.DigestText == entry.DigestText))
            Manifests.RemoveAt(at);
        else
            entry.Annotations!.Remove(Annotations.RefName);
    }
}
