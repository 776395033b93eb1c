namespace Sampan.Engine;

/// <summary>What can be said against a <c>--mount</c> without looking at the host, in Docker's words.</summary>
internal static class MountCheck
{
    /// <exception cref="SampanException"/>
    public static void Check(MountRequest mount)
    {
        switch (mount.Type)
        {
            case "bind" or "tmpfs":
                break;
            case "volume":
                throw new SampanException(ErrorKind.Unsupported, $"--mount type=volume is not supported yet: use -v {(string.IsNullOrEmpty(mount.Source) ? "NAME" : mount.Source)}:{mount.Target}");
            case "image":
                throw new SampanException(ErrorKind.Unsupported, "--mount type=image is not supported yet");
            default:
                throw Invalid(mount, "mount type unknown");
        }
        if (string.IsNullOrEmpty(mount.Target))
            throw Invalid(mount, "field Target must not be empty");
        if (!mount.Target.StartsWith('/'))
            throw Invalid(mount, $"invalid mount path: '{mount.Target}' mount path must be absolute");
        if (AbsolutePath.Clean(mount.Target) == "/")
            throw Invalid(mount, "invalid specification: destination can't be '/'");
        if (mount.Type == "bind")
            Bind(mount);
        else if (!string.IsNullOrEmpty(mount.Source))
            throw Invalid(mount, "field Source must not be specified");
    }

    private static void Bind(MountRequest mount)
    {
        if (string.IsNullOrEmpty(mount.Source))
            throw Invalid(mount, "field Source must not be empty");
        if (!mount.Source.StartsWith('/'))
            throw Invalid(mount, $"invalid mount path: '{mount.Source}' mount path must be absolute");
        if (mount.Bind?.Propagation is not (null or "" or "private" or "rprivate" or "shared" or "rshared" or "slave" or "rslave"))
            throw Invalid(mount, $"invalid propagation mode: {mount.Bind.Propagation}");
    }

    public static SampanException Invalid(MountRequest mount, string why)
        => new(ErrorKind.InvalidArgument, $"invalid mount config for type \"{mount.Type}\": {why}");
}
