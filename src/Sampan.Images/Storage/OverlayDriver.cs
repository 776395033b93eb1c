using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// The kernel's union file system. Nothing is mounted here: the container's runtime does that in the container's own mount namespace,
/// so that no mount can leak.
/// </summary>
/// <remarks><see href="https://docs.kernel.org/filesystems/overlayfs.html">overlayfs</see>.</remarks>
public sealed class OverlayDriver : IStorageDriver
{
    private const string Upper = "upper", Work = "work", RootfsName = "rootfs", Empty = "lower";

    public string Name => "overlay";

    public Rootfs Create(string containerDirectory, IReadOnlyList<string> layers)
    {
        string upper = $"{containerDirectory}/{Upper}";
        Make(upper, 0x1ED);
        Make($"{containerDirectory}/{Work}", 0x1C0);
        Make($"{containerDirectory}/{RootfsName}", 0x1C0);
        if (layers.Count == 0)
        {
            // An overlay needs a lower directory, be it an empty one.
            Make($"{containerDirectory}/{Empty}", 0x1ED);
            layers = [$"{containerDirectory}/{Empty}"];
        }
        else
        {
            // The root that the container sees is the upper one.
            using var from = Open.Directory(layers[0]);
            using var to = Open.Directory(upper);
            Metadata.CopyDirectory(from.Number, to.Number, upper);
        }
        return new Rootfs(RootfsName, new Mount
        {
            Destination = "/",
            Type = "overlay",
            Source = "overlay",
            Options =
            [
                "lowerdir=" + OverlayOptions.Join(layers),
                "upperdir=" + OverlayOptions.Escape(upper),
                "workdir=" + OverlayOptions.Escape($"{containerDirectory}/{Work}"),
                // Some kernels have these on by default. Then a directory that was moved, or a file whose mode changed, has its content
                // in a lower layer only, and what is in the upper directory is not all that changed.
                "redirect_dir=off", "metacopy=off", "index=off",
            ],
        });
    }

    public void Remove(string containerDirectory)
    {
        foreach (string name in (ReadOnlySpan<string>)[RootfsName, Work, Upper, Empty])
            TreeRemoval.Remove($"{containerDirectory}/{name}");
    }

    public IReadOnlyList<string> View(string containerDirectory, IReadOnlyList<string> layers) => [$"{containerDirectory}/{Upper}", .. layers];

    public IReadOnlyList<Change> Changes(string containerDirectory, IReadOnlyList<string> layers)
    {
        var list = new ChangeList();
        OverlayDifference.Walk($"{containerDirectory}/{Upper}", layers, list);
        return list.Changes;
    }

    public long WrittenSize(string containerDirectory, IReadOnlyList<string> layers)
    {
        var sum = new SizeSum();
        OverlayDifference.Walk($"{containerDirectory}/{Upper}", layers, sum);
        return sum.Bytes;
    }

    public void WriteLayer(string containerDirectory, IReadOnlyList<string> layers, Stream tar)
    {
        var writer = new LayerWriter(tar);
        OverlayDifference.Walk($"{containerDirectory}/{Upper}", layers, writer);
        writer.Finish();
    }

    private static void Make(string path, uint mode) => LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, path, mode), "mkdir", path);
}
