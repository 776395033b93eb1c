using Sampan.Linux;

namespace Sampan.Images;

/// <summary>
/// No union file system at all: the container's tree is a copy of its layers. Where the file system can share extents (btrfs, XFS) it costs little space.
/// </summary>
public sealed class CopyDriver : IStorageDriver
{
    private const string RootfsName = "rootfs";

    public string Name => "copy";

    public Rootfs Create(string containerDirectory, IReadOnlyList<string> layers)
    {
        string rootfs = $"{containerDirectory}/{RootfsName}";
        LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, rootfs, 0x1ED), "mkdir", rootfs);
        if (layers.Count > 0)
            TreeCopy.Copy(layers, rootfs);
        return new Rootfs(RootfsName, null);
    }

    public void Remove(string containerDirectory) => TreeRemoval.Remove($"{containerDirectory}/{RootfsName}");

    public IReadOnlyList<string> View(string containerDirectory, IReadOnlyList<string> layers) => [$"{containerDirectory}/{RootfsName}"];

    public IReadOnlyList<Change> Changes(string containerDirectory, IReadOnlyList<string> layers)
    {
        var list = new ChangeList();
        CopyDifference.Walk($"{containerDirectory}/{RootfsName}", layers, list);
        return list.Changes;
    }

    public long WrittenSize(string containerDirectory, IReadOnlyList<string> layers)
    {
        var sum = new SizeSum();
        CopyDifference.Walk($"{containerDirectory}/{RootfsName}", layers, sum);
        return sum.Bytes;
    }

    public void WriteLayer(string containerDirectory, IReadOnlyList<string> layers, Stream tar)
    {
        var writer = new LayerWriter(tar);
        CopyDifference.Walk($"{containerDirectory}/{RootfsName}", layers, writer);
        writer.Finish();
    }
}
