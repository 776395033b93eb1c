using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>A directory of the host is the root file system (<c>--rootfs DIR</c>): what the container writes is written there, and stays when the container goes.</summary>
internal sealed class DirectoryDriver(bool idMapped = false) : IStorageDriver
{
    public const string DriverName = "directory";

    public string Name => DriverName;

    /// <param name="layers">The directory alone.</param>
    public Rootfs Create(string containerDirectory, IReadOnlyList<string> layers)
    {
        if (!idMapped)
            return new Rootfs(layers[0], null);
        // Mapped, so that root inside is who root is in the directory; a place to name, over which the launcher mounts it.
        Linux.Mkdir.Parents($"{containerDirectory}/rootfs", 0x1C0);
        return new Rootfs("rootfs", new Mount { Destination = "/", Type = "bind", Source = layers[0], Options = ["rbind", "idmap"] });
    }

    public void Remove(string containerDirectory) { }

    public IReadOnlyList<string> View(string containerDirectory, IReadOnlyList<string> layers) => layers;

    public IReadOnlyList<Change> Changes(string containerDirectory, IReadOnlyList<string> layers) => throw NothingToCompare(layers);

    public void WriteLayer(string containerDirectory, IReadOnlyList<string> layers, Stream tar) => throw NothingToCompare(layers);

    /// <returns>0: what is written there is the directory's.</returns>
    public long WrittenSize(string containerDirectory, IReadOnlyList<string> layers) => 0;

    private static SampanException NothingToCompare(IReadOnlyList<string> layers)
        => new(ErrorKind.Unsupported, $"the container's files are those of {layers[0]} itself: there is no image to compare them with");
}
