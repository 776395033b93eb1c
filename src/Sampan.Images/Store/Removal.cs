using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>A container made from an image.</summary>
/// <param name="ContainerId">In full.</param>
public readonly record struct ImageUser(string ContainerId, bool Running)
{
    internal string Short => ContainerId.Length > 12 ? ContainerId[..12] : ContainerId;
}

public sealed partial class ImageStore
{
    /// <summary>Gives the image <paramref name="source"/> one more name.</summary>
    public void Tag(string source, string target)
    {
        var name = NewName(target);
        using var held = StoreLock.Take(_paths);
        var index = ImageIndexFile.Read(_paths);
        var entry = new ImageLookup(index, _blobs).Find(source, out _) ?? throw NoSuchImage(source);
        if (entry.Annotation(Annotations.RefName) == name.ToString())
            return;
        bool sameRepository = ImageReference.TryParse(entry.Annotation(Annotations.RefName) ?? "", out var known) && known.Repository == name.Repository;
        var named = index.Set(name, entry);
        if (!sameRepository)
            named.Annotations?.Remove(StoreAnnotations.RemoteDigest); // there it is not
        named.Annotations![StoreAnnotations.Tagged] = Timestamp(null);
        index.Write();
    }

    /// <summary>Takes a name away, and deletes the image when it was the last: Docker's rules and words.</summary>
    /// <param name="reference">A name, an id, or the beginning of one.</param>
    /// <param name="users">The containers made from the image of an id.</param>
    /// <returns>Lines to print: <c>Untagged: busybox:latest</c>, <c>Deleted: sha256:…</c>.</returns>
    /// <exception cref="SampanException">NotFound; Conflict when a container or another name stands in the way.</exception>
    public IReadOnlyList<string> Remove(string reference, bool force, Func<Digest, IReadOnlyList<ImageUser>> users)
    {
        using var held = StoreLock.Take(_paths);
        var index = ImageIndexFile.Read(_paths);
        var lookup = new ImageLookup(index, _blobs);
        var entry = lookup.Find(reference, out var name) ?? throw NoSuchImage(reference);
        var id = Digest.Parse(lookup.IdOf(entry));
        var same = lookup.Same(entry);
        var names = same.ConvertAll(static m => m.Annotation(Annotations.RefName)).FindAll(static n => n is not null);
        var containers = users(id);
        var lines = new List<string>();

        if (name is not null && names.Count > 1)
        {
            Untag(index, entry, lines);
            index.Write();
            return lines;
        }
        if (name is not null && !force && containers.Count > 0)
            throw new SampanException(ErrorKind.Conflict, $"conflict: unable to remove repository reference \"{reference}\" (must force) - container {containers[0].Short} is using its referenced image {id.Short}");
        if (name is null && !force && names.Select(static n => ImageReference.Parse(n!).Repository).Distinct().Count() > 1)
            throw new SampanException(ErrorKind.Conflict, $"conflict: unable to delete {id.Short} (must be forced) - image is referenced in multiple repositories");
        foreach (var user in containers)
        {
            if (user.Running && name is not null)
            {
                // By force a name may go; what the container runs on stays, without one.
                Untag(index, entry, lines);
                index.Write();
                return lines;
            }
            if (user.Running)
                throw new SampanException(ErrorKind.Conflict, $"conflict: unable to delete {id.Short} (cannot be forced) - image is being used by running container {user.Short}");
            if (!force)
                throw new SampanException(ErrorKind.Conflict, $"conflict: unable to delete {id.Short} (must be forced) - image is being used by stopped container {user.Short}");
        }
        foreach (var one in same)
            if (one.Annotation(Annotations.RefName) is not null)
                Untag(index, one, lines);
        index.Manifests.RemoveAll(m => lookup.IdOf(m) == id.ToString());
        held.Begin();
        index.Write();
        lines.Add($"Deleted: {id}");
        foreach (string layer in Sweep.Unnamed(_paths))
            lines.Add($"Deleted: sha256:{layer}");
        held.Finished();
        return lines;
    }

    private static void Untag(ImageIndexFile index, Descriptor entry, List<string> lines)
    {
        string name = entry.Annotation(Annotations.RefName)!;
        index.Unname(name);
        lines.Add($"Untagged: {(ImageReference.TryParse(name, out var reference) ? reference.Familiar : name)}");
    }
}
