using Sampan.Images;
using Sampan.Oci;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Images and the containers made from them.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Takes a name from an image, and the image away with its last name.</summary>
    /// <returns>Lines that say what was done.</returns>
    public IReadOnlyList<string> RemoveImage(string reference, bool force)
    {
        var lines = Images.Remove(reference, force, UsersOf);
        TellRemovals(lines, reference);
        return lines;
    }

    /// <summary>Deletes the images without a name, or <paramref name="all"/>, that no container is made from and that are <paramref name="chosen"/>.</summary>
    public PrunedImages PruneImages(bool all, Func<Image, bool> chosen)
    {
        var pruned = Images.Prune(all, chosen, UsersOf);
        TellRemovals(pruned.Lines, null);
        EventJournal.Append(Places.Root, EventRecord.Now(EventRecord.Image, "prune", new EventActor { ID = "", Attributes = new() { ["reclaimed"] = $"{pruned.Reclaimed}" } }));
        return pruned;
    }

    /// <summary><c>Untagged: name</c> and <c>Deleted: id</c>.</summary>
    private void TellRemovals(IEnumerable<string> lines, string? reference)
    {
        foreach (string line in lines)
            if (line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon)
                TellOfImage(line.StartsWith("Untagged", StringComparison.OrdinalIgnoreCase) ? "untag" : "delete", line[(colon + 2)..], reference ?? line[(colon + 2)..]);
    }

    private List<ImageUser> UsersOf(Digest image)
    {
        var users = new List<ImageUser>();
        foreach (var record in _containers.All(static _ => { }))
            if (record.ImageId == image.ToString())
                users.Add(new ImageUser(record.Id!, record.Started && StatusOf(record).IsRunning));
        return users;
    }
}
