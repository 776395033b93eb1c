namespace Sampan.Engine;

/// <summary>Where the container's root file system is, and how mounts pass between it and the host.</summary>
internal static class SpecRoot
{
    /// <summary>A directory of the host's is named as it is; an id-mapped one comes with the mounts, as an image's does.</summary>
    public static string Path(ContainerRecord record) => record.Driver == DirectoryDriver.DriverName && record.RootMount is null ? record.Layers![0] : "rootfs";

    /// <summary>As little as volumes ask for: with a private root, not even a shared volume would see what the host mounts later.</summary>
    public static string Propagation(List<MountPoint> mounts)
    {
        string propagation = "private";
        foreach (var mount in mounts)
            if (mount.Propagation is "shared" or "rshared")
                return "shared";
            else if (mount.Propagation is "slave" or "rslave")
                propagation = "rslave";
        return propagation;
    }
}
