using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>Images and the containers made from them.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Takes a name from an image, and the image away with its last name.</summary>
    /// <returns>Lines that say what was done.</returns>
    public IReadOnlyList<string> RemoveImage(string reference, bool force) => Images.Remove(reference, force, UsersOf);

    /// <summary>Deletes the images without a name, or <paramref name="all"/>, that no container is made from and that are <paramref name="chosen"/>.</summary>
    public PrunedImages PruneImages(bool all, Func<Image, bool> chosen) => Images.Prune(all, chosen, UsersOf);

    private List<ImageUser> UsersOf(Digest image)
    {
        var users = new List<ImageUser>();
        foreach (var record in _containers.All(static _ => { }))
            if (record.ImageId == image.ToString())
                users.Add(new ImageUser(record.Id!, record.Started && StatusOf(record).IsRunning));
        return users;
    }
}
