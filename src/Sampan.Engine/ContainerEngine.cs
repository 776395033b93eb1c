using Sampan.Images;

namespace Sampan.Engine;

/// <summary>
/// A container engine on this host: images, containers and volumes below one root directory. It keeps nothing in memory that matters:
/// any number of engines, in any number of processes, may work on the same root.
/// </summary>
public sealed partial class ContainerEngine
{
    private readonly ContainerStore _containers;
    private readonly string? _driverName;
    private ImageStore? _images;

    /// <param name="storageDriver">overlay, copy, or null: overlay.</param>
    public ContainerEngine(Places places, string? storageDriver = null)
    {
        Places = places;
        _driverName = storageDriver;
        _containers = new ContainerStore(places);
    }

    public Places Places { get; }

    /// <summary>The store of images.</summary>
    public ImageStore Images => _images ??= ImageStore.Open(Places.Root);

    /// <summary>The container called <paramref name="reference"/>: a name, an id, or the beginning of an id.</summary>
    /// <exception cref="SampanException">There is none, or several.</exception>
    public ContainerRecord Find(string reference) => _containers.Find(reference);

    /// <summary>Every container, newest first.</summary>
    /// <param name="problem">Told, in a line each, of containers that cannot be read.</param>
    public List<ContainerRecord> List(Action<string> problem) => _containers.All(problem);

    /// <summary>Whether a container runs, asked of the kernel now.</summary>
    public ContainerStatus StatusOf(ContainerRecord record) => ContainerStatus.Of(Places, record);

    /// <summary>All that is known of a container, as Docker's inspect has it.</summary>
    /// <param name="sizes">How much it takes of the disk, too, which takes a walk through its files.</param>
    public ContainerInspection Inspect(ContainerRecord record, bool sizes = false)
        => new(record, StatusOf(record), Places.Container(record.Id!)) { Sizes = sizes ? SizesOf(record) : null };

    private IStorageDriver Driver(string? name) => name == DirectoryDriver.DriverName ? new DirectoryDriver() : StorageDrivers.Get(name ?? _driverName ?? StorageDrivers.Default);
}
