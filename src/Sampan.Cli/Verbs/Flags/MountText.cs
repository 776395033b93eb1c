using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>One <c>--mount</c>: <c>type=bind,source=/a,target=/b,readonly</c>, a line of comma-separated values as in RFC 4180. Errors in Docker's words.</summary>
internal static class MountText
{
    /// <exception cref="FormatException">Not a mount; the engine has more to say about its paths.</exception>
    public static MountRequest Parse(string text, string currentDirectory)
    {
        var mount = new MountRequest { Type = "volume" };
        var kinds = new Kinds();
        foreach (string field in CommaSeparated.Split(text))
            Take(mount, kinds, field, currentDirectory);
        Reconcile(mount, kinds);
        return mount;
    }

    private sealed class Kinds
    {
        public bool Volume, Image;
    }

    private static void Take(MountRequest mount, Kinds kinds, string field, string currentDirectory)
    {
        int equals = field.IndexOf('=');
        string key = (equals < 0 ? field : field[..equals]).ToLowerInvariant();
        if (equals < 0 && key is not ("readonly" or "ro" or "volume-nocopy" or "bind-nonrecursive" or "bind-create-src"))
            throw new FormatException($"invalid field '{field}' must be a key=value pair");
        string value = equals < 0 ? "true" : field[(equals + 1)..];
        switch (key)
        {
            case "type":
                mount.Type = value.ToLowerInvariant();
                break;
            case "source" or "src":
                mount.Source = value.StartsWith('.') ? AbsolutePath.Clean($"{currentDirectory}/{value}") : value;
                break;
            case "target" or "dst" or "destination":
                mount.Target = value;
                break;
            case "readonly" or "ro":
                mount.ReadOnly = Truth(key, value);
                break;
            case "consistency":
                mount.Consistency = value.ToLowerInvariant();
                break;
            case "bind-propagation":
                (mount.Bind ??= new()).Propagation = value.ToLowerInvariant();
                break;
            case "bind-nonrecursive":
                (mount.Bind ??= new()).NonRecursive = Truth(key, value);
                break;
            case "bind-create-src":
                (mount.Bind ??= new()).CreateMountpoint = Truth(key, value);
                break;
            case "bind-recursive":
                Recursion(mount.Bind ??= new(), value);
                break;
            case "tmpfs-size":
                (mount.Tmpfs ??= new()).SizeBytes = Size(key, value);
                break;
            case "tmpfs-mode":
                (mount.Tmpfs ??= new()).Mode = Octal(key, value);
                break;
            case "volume-subpath" or "volume-nocopy" or "volume-label" or "volume-driver" or "volume-opt":
                kinds.Volume = true;
                break;
            case "image-subpath":
                kinds.Image = true;
                break;
            default:
                throw new FormatException($"unexpected key '{key}' in '{field}'");
        }
    }

    private static void Recursion(BindOptions bind, string value)
    {
        switch (value)
        {
            case "enabled":
                break;
            case "disabled":
                bind.NonRecursive = true;
                break;
            case "writable":
                bind.ReadOnlyNonRecursive = true;
                break;
            case "readonly":
                bind.ReadOnlyForceRecursive = true;
                break;
            default:
                throw new FormatException($"invalid value for bind-recursive: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")");
        }
    }

    private static void Reconcile(MountRequest mount, Kinds kinds)
    {
        if (string.IsNullOrEmpty(mount.Type))
            throw new FormatException("type is required");
        Belongs(kinds.Volume, "volume");
        Belongs(kinds.Image, "image");
        Belongs(mount.Bind is not null, "bind");
        Belongs(mount.Tmpfs is not null, "tmpfs");
        if (mount.Bind is { ReadOnlyNonRecursive: true } && !mount.ReadOnly)
            throw new FormatException("option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction");
        if (mount.Bind is not { ReadOnlyForceRecursive: true })
            return;
        if (!mount.ReadOnly)
            throw new FormatException("option 'bind-recursive=readonly' requires 'readonly' to be specified in conjunction");
        if (mount.Bind.Propagation != "rprivate")
            throw new FormatException("option 'bind-recursive=readonly' requires 'bind-propagation=rprivate' to be specified in conjunction");

        void Belongs(bool given, string type)
        {
            if (given && mount.Type != type)
                throw new FormatException($"cannot mix '{type}-*' options with mount type '{mount.Type}'");
        }
    }

    private static bool Truth(string key, string value)
        => BoolFlag.Parse(value) ?? throw new FormatException($"invalid value for {key}: {value}");

    private static long Size(string key, string value)
    {
        try
        {
            return Values.Bytes(value) is >= 0 and var size ? size : throw new FormatException();
        }
        catch (FormatException)
        {
            throw new FormatException($"invalid value for {key}: {value}");
        }
    }

    private static uint Octal(string key, string value)
    {
        uint mode = 0;
        if (value.Length is 0 or > 5)
            throw new FormatException($"invalid value for {key}: {value}");
        foreach (char c in value)
            mode = c is >= '0' and <= '7' ? mode * 8 + (uint)(c - '0') : throw new FormatException($"invalid value for {key}: {value}");
        return mode <= 0xFFF ? mode : throw new FormatException($"invalid value for {key}: {value}");
    }
}
