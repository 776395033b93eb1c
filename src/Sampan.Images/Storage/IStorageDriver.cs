using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// Gives each container a root file system over its image's layers.
/// </summary>
/// <remarks>
/// What every driver promises; the conformance suite in the tests holds each of them to it:
/// <list type="bullet">
/// <item>The container sees the layers as one tree: an upper layer's file hides the lower one's, a whiteout hides a name, an opaque directory all below it.</item>
/// <item>Contents, owners, modes with set-user-id bits, times to the nanosecond, hard links, devices and extended attributes are those of the layers.</item>
/// <item>What a container writes is seen by it alone; the layers are never written to.</item>
/// <item><see cref="Changes"/>, <see cref="WrittenSize"/> and <see cref="WriteLayer"/> tell just what the container added, changed and deleted; equal content gives equal bytes.</item>
/// <item><see cref="Remove"/> leaves nothing of what <see cref="Create"/> made, however far that came.</item>
/// </list>
/// </remarks>
public interface IStorageDriver
{
    /// <summary>As <c>--storage-driver</c> names it.</summary>
    string Name { get; }

    /// <summary>Makes the root file system.</summary>
    /// <param name="containerDirectory">Exists; the driver makes <c>rootfs</c> in it, and directories of its own.</param>
    /// <param name="layers">Directories, topmost first; may be none.</param>
    Rootfs Create(string containerDirectory, IReadOnlyList<string> layers);

    /// <summary>Undoes <see cref="Create"/>; the container has stopped. What is not there is no error.</summary>
    void Remove(string containerDirectory);

    /// <summary>Directories that together are what the container sees, topmost first: for reading files without a mount.</summary>
    IReadOnlyList<string> View(string containerDirectory, IReadOnlyList<string> layers);

    /// <summary>How the container differs from its image, in the order of the paths.</summary>
    /// <param name="layers">Those given to <see cref="Create"/>.</param>
    IReadOnlyList<Change> Changes(string containerDirectory, IReadOnlyList<string> layers);

    /// <summary>Bytes of the files that the container added or changed.</summary>
    long WrittenSize(string containerDirectory, IReadOnlyList<string> layers);

    /// <summary>Writes the differences as a layer's tar archive.</summary>
    void WriteLayer(string containerDirectory, IReadOnlyList<string> layers, Stream tar);
}

/// <summary>A container's root file system.</summary>
/// <param name="Path">For <c>root.path</c> of the container's config.json: relative to its directory.</param>
/// <param name="Mount">Goes first among the mounts, with the destination <c>/</c>; null when the directory is the tree itself.</param>
public sealed record Rootfs(string Path, Mount? Mount);

/// <summary>The values are the letters <c>diff</c> shows.</summary>
public enum ChangeKind : byte
{
    Changed = (byte)'C', Added = (byte)'A', Deleted = (byte)'D',
}

/// <param name="Path">Absolute, in the container.</param>
public readonly record struct Change(ChangeKind Kind, string Path);
