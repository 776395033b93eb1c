using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>What the container's file system is made of besides its image.</summary>
internal sealed class MountFlags(FlagSet flags)
{
    private readonly ListFlag _volume = flags.List("volume", 'v', "Bind mount a volume");
    private readonly ListFlag _mount = flags.List("mount", '\0', "Attach a filesystem mount to the container: type=bind|tmpfs,source=…,target=…[,readonly]");
    private readonly ListFlag _tmpfs = flags.List("tmpfs", '\0', "Mount a tmpfs directory");
    private readonly BoolFlag _readOnly = flags.Bool("read-only", '\0', "Mount the container's root filesystem as read only");

    public void Apply(HostConfig config, HostView host)
    {
        config.ReadonlyRootfs = _readOnly.Value;
        foreach (string volume in _volume.Values)
            (config.Binds ??= []).Add(Absolute(volume, host));
        foreach (string mount in _mount.Values)
            (config.Mounts ??= []).Add(Parsed(mount, host));
        foreach (string tmpfs in _tmpfs.Values)
        {
            int colon = tmpfs.IndexOf(':');
            string path = colon < 0 ? tmpfs : tmpfs[..colon];
            if (!path.StartsWith('/'))
                throw new FlagException($"invalid argument \"{tmpfs}\" for \"--tmpfs\" flag: mount path \"{path}\" must be absolute");
            (config.Tmpfs ??= [])[AbsolutePath.Clean(path)] = colon < 0 ? "" : tmpfs[(colon + 1)..];
        }
    }

    private static MountRequest Parsed(string mount, HostView host)
    {
        try
        {
            return MountText.Parse(mount, host.CurrentDirectory);
        }
        catch (FormatException e)
        {
            throw new FlagException($"invalid argument \"{mount}\" for \"--mount\" flag: {e.Message}");
        }
    }

    /// <summary>A source of <c>.</c>, <c>..</c>, <c>./x</c> or <c>../x</c> is taken from where we are, as Docker's command line does.</summary>
    private static string Absolute(string volume, HostView host)
    {
        int colon = volume.IndexOf(':');
        string source = colon < 0 ? "" : volume[..colon];
        bool relative = source is "." or ".." || source.StartsWith("./", StringComparison.Ordinal) || source.StartsWith("../", StringComparison.Ordinal);
        return relative ? AbsolutePath.Clean($"{host.CurrentDirectory}/{source}") + volume[colon..] : volume;
    }
}
