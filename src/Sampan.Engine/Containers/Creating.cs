using System.Globalization;

using Sampan.Images;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>Making a container: everything up to the moment before it starts.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Makes a container. When anything fails, nothing of it is left.</summary>
    /// <param name="starting">A start follows at once: recorded now, which saves writing the record twice.</param>
    /// <exception cref="SampanException">NotFound: the image; AlreadyExists: the name; InvalidArgument: what the request asks.</exception>
    public ContainerRecord Create(CreateRequest request, bool starting = false)
    {
        RequestValidation.Check(request);
        var (config, host) = (request.Config, request.HostConfig);
        if (UnsupportedLimits.Matter(host))
            UnsupportedLimits.Discard(host, KernelSupport.Probe(), Notice ?? (static _ => { }));
        var rootfs = request.Rootfs is { } directory ? RootfsArgument.Parse(directory) : null;
        var image = rootfs is null ? ImageFor(config.Image!, request.Platform) : null;
        var command = ImageDefaults.Merge(config, image?.Config.Config ?? new ContainerConfig());
        RequestValidation.CheckMerged(config);
        ResolveDonors(config, host);
        using var draft = ContainerDraft.Begin(_containers);
        string name = ClaimName(request, draft.Id);
        config.Hostname = HostnameOf(config, host, draft.Id);
        using var ranges = host.UsernsMode == "auto" ? IdMappings.Lock(Places) : null;
        var mappings = IdMappings.Parse(host.UsernsMode, MappingsInUse);
        if (mappings is not null && host.Privileged)
            throw new SampanException(ErrorKind.InvalidArgument, "privileged mode is incompatible with user namespaces: leave out --privileged or --userns");
        var driver = rootfs switch { null => Driver(null), { Overlay: true } => Driver("overlay"), _ => new DirectoryDriver(mappings is not null) };
        IReadOnlyList<string> layers = rootfs is null ? Images.Layers.Pin(image!, draft.Path) : [rootfs.Directory];
        var root = MakeRoot(driver, draft.Path, layers, mappings);
        var mounts = VolumePreparation.Prepare(Places, host.Binds, host.Mounts);
        MountTargets.Check(driver.View(draft.Path, layers), mounts);
        NetworkFiles.Write(draft.Path, config, host, IdMappings.Root(mappings));
        if (!string.IsNullOrEmpty(config.Timezone))
            TimeZoneFile.Write(draft.Path, config.Timezone, IdMappings.Root(mappings));
        var record = new ContainerRecord
        {
            Id = draft.Id, Name = name, Created = Now(), ImageId = image?.Id.ToString() ?? "", Driver = driver.Name, Command = command,
            Config = config, HostConfig = host, Mounts = mounts, Layers = [.. layers], RootMount = root.Mount, IdMappings = mappings, Started = starting, IsNew = starting,
            Ephemeral = rootfs is { Overlay: true },
        };
        // A container that goes at its exit is gone after a power cut too: a torn record is cleared away, and no fsync need be paid for.
        draft.Finish(record, durable: !host.AutoRemove);
        Tell(record, "create");
        return record;
    }

    private string ClaimName(CreateRequest request, string id)
    {
        if (string.IsNullOrEmpty(request.Name))
            return NameRegistry.ClaimInvented(_containers, id);
        if (request.Replace && _containers.HolderOf(request.Name) is { } holder && _containers.TryLoad(holder) is { } record && record.Name == request.Name)
            MakeWay(record);
        NameRegistry.Claim(_containers, request.Name, id);
        return request.Name;
    }

    private void MakeWay(ContainerRecord record)
    {
        try
        {
            Remove(record, force: true);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.NotFound)
        {
            // It went by itself meanwhile.
        }
    }

    /// <summary>The root directory is the container's root's, whoever that is on this host.</summary>
    private static Rootfs MakeRoot(IStorageDriver driver, string bundle, IReadOnlyList<string> layers, List<LinuxIdMapping>? mappings)
    {
        var rootfs = driver.Create(bundle, layers);
        uint root = IdMappings.Root(mappings);
        if (root == 0 || driver.Name == DirectoryDriver.DriverName)
            return rootfs;
        if (driver.Name != "overlay")
            throw new SampanException(ErrorKind.Unsupported, $"a user namespace needs the overlay storage driver: {driver.Name} cannot map the ids of a tree");
        string upper = driver.View(bundle, layers)[0];
        LinuxException.Check(Sys.Fchownat(At.AT_FDCWD, upper, root, root), "chown", upper);
        return rootfs;
    }

    private IEnumerable<LinuxIdMapping> MappingsInUse()
    {
        foreach (var record in _containers.All(static _ => { }))
            foreach (var mapping in record.IdMappings ?? [])
                yield return mapping;
    }

    /// <summary>A name of its own, unless it shares the host's.</summary>
    private static string HostnameOf(ContainerSettings config, HostConfig host, string id)
    {
        if (!string.IsNullOrEmpty(config.Hostname))
            return config.Hostname;
        return host.UTSMode == "host" || host.NetworkMode == "host" ? SmallFile.Read("/proc/sys/kernel/hostname").TrimEnd('\n') : id[..12];
    }

    private static string Now() => DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
}
