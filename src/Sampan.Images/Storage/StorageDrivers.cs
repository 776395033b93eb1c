namespace Sampan.Images;

/// <summary>The drivers by name.</summary>
public static class StorageDrivers
{
    public const string Default = "overlay";

    private static readonly string[] Known = ["overlay", "copy"];

    /// <exception cref="SampanException">Unsupported: there is no such driver.</exception>
    public static IStorageDriver Get(string name) => name switch
    {
        "overlay" or "overlay2" => new OverlayDriver(),
        "copy" or "vfs" => new CopyDriver(),
        "aufs" => throw new SampanException(ErrorKind.Unsupported, "storage driver aufs: mainline kernels do not have aufs; use overlay, which does the same"),
        _ => throw new SampanException(ErrorKind.Unsupported, $"unknown storage driver \"{name}\": want one of {string.Join(", ", Known)}"),
    };
}
