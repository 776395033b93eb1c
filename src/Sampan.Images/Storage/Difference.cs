using System.Text;
using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Is told each difference of a container from its image, directories before what is in them, names in the order of their bytes.</summary>
internal interface IDifference
{
    /// <summary>A file, directory or anything else is new, or another than in the image.</summary>
    /// <param name="path">Without a slash in front.</param>
    /// <param name="name">Its name in <paramref name="parent"/>.</param>
    /// <param name="opaque">A directory that shows nothing of the image's.</param>
    void Present(byte[] path, PathFd parent, byte[] name, in statx file, bool added, bool opaque);

    /// <param name="opaqueParent">The directory above was already told to be opaque.</param>
    void Deleted(byte[] path, bool opaqueParent);
}

/// <summary>How much was written: each file once, whatever names it has.</summary>
internal sealed class SizeSum : IDifference
{
    private readonly HashSet<(ulong Device, ulong Inode)> _links = [];

    public long Bytes { get; private set; }

    public void Present(byte[] path, PathFd parent, byte[] name, in statx file, bool added, bool opaque)
    {
        if (file.IsRegular && (file.stx_nlink == 1 || _links.Add((file.Dev, file.stx_ino))))
            Bytes += (long)file.stx_size;
    }

    public void Deleted(byte[] path, bool opaqueParent)
    {
        // What is gone from the image takes no room.
    }
}

/// <summary>The differences as <c>diff</c> lists them.</summary>
internal sealed class ChangeList : IDifference
{
    public List<Change> Changes { get; } = [];

    public void Present(byte[] path, PathFd parent, byte[] name, in statx file, bool added, bool opaque)
        => Changes.Add(new Change(added ? ChangeKind.Added : ChangeKind.Changed, "/" + Encoding.UTF8.GetString(path)));

    public void Deleted(byte[] path, bool opaqueParent) => Changes.Add(new Change(ChangeKind.Deleted, "/" + Encoding.UTF8.GetString(path)));
}
