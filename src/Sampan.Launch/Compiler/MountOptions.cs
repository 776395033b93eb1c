using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// The options of a mount, sorted: attributes of the mount, attributes for all mounts below it, propagation, and what the file system itself is told.
/// Source: runtime-spec 1.3, config.md, "Linux mount options".
/// </summary>
public sealed class MountOptions
{
    public MountAttributes Set { get; private set; }

    public MountAttributes Clear { get; private set; }

    public MountAttributes RecursiveSet { get; private set; }

    public MountAttributes RecursiveClear { get; private set; }

    /// <summary>MS_SHARED and its like, in the order given; with MS_REC when recursive.</summary>
    public List<MountFlags> Propagation { get; } = [];

    public bool Bind { get; private set; }

    /// <summary>rbind: the mounts below come along.</summary>
    public bool Recursive { get; private set; }

    public bool CopyUp { get; private set; }

    /// <summary>idmap, or ridmap.</summary>
    public bool IdMap { get; private set; }

    public bool IdMapRecursive { get; private set; }

    /// <summary>Superblock options: key and value, null for a flag.</summary>
    public List<KeyValuePair<string, string?>> Data { get; } = [];

    public bool ReadOnly => Set.HasFlag(MountAttributes.MOUNT_ATTR_RDONLY);

    public static MountOptions Parse(Mount mount)
    {
        var options = new MountOptions();
        foreach (string option in mount.Options ?? [])
            options.Add(option);
        // Docker and podman write type "bind" with and without the option; either says it.
        options.Bind |= mount.Type == "bind";
        return options;
    }

    /// <summary>Every option that <see cref="Parse"/> understands and the compiler acts on, sorted; others are the file system's own.</summary>
    public static List<string> Known()
    {
        List<string> attributes =
        [
            "atime", "dev", "diratime", "exec", "noatime", "nodev", "nodiratime", "noexec", "nosuid", "nosymfollow", "relatime", "ro", "rw",
            "strictatime", "suid", "symfollow",
        ];
        List<string> known =
        [
            .. attributes, .. attributes.ConvertAll(static name => "r" + name), "bind", "rbind", "private", "rprivate", "shared", "rshared", "slave", "rslave",
            "unbindable", "runbindable", "defaults", "remount", "loud", "silent", "iversion", "noiversion", "norelatime", "nostrictatime",
        ];
        known.Sort(StringComparer.Ordinal);
        return known;
    }

    private void Add(string option)
    {
        if (option.StartsWith('r') && option.Length > 2 && option is not ("rw" or "ro" or "relatime" or "remount") && Attribute(option[1..]) is var (recursiveSet, recursiveClear)
            && (recursiveSet | recursiveClear) != 0)
        {
            RecursiveSet = RecursiveSet & ~recursiveClear | recursiveSet;
            RecursiveClear = RecursiveClear & ~recursiveSet | recursiveClear;
            return;
        }
        var (set, clear) = Attribute(option);
        if ((set | clear) != 0)
        {
            Set = Set & ~clear | set;
            Clear = Clear & ~set | clear;
            return;
        }
        switch (option)
        {
            case "bind": Bind = true; break;
            case "rbind": Bind = Recursive = true; break;
            case "private": Propagation.Add(MountFlags.MS_PRIVATE); break;
            case "rprivate": Propagation.Add(MountFlags.MS_PRIVATE | MountFlags.MS_REC); break;
            case "shared": Propagation.Add(MountFlags.MS_SHARED); break;
            case "rshared": Propagation.Add(MountFlags.MS_SHARED | MountFlags.MS_REC); break;
            case "slave": Propagation.Add(MountFlags.MS_SLAVE); break;
            case "rslave": Propagation.Add(MountFlags.MS_SLAVE | MountFlags.MS_REC); break;
            case "unbindable": Propagation.Add(MountFlags.MS_UNBINDABLE); break;
            case "runbindable": Propagation.Add(MountFlags.MS_UNBINDABLE | MountFlags.MS_REC); break;
            case "tmpcopyup": CopyUp = true; break;
            case "idmap": IdMap = true; break;
            case "ridmap": IdMap = IdMapRecursive = true; break;
            // fsconfig(2) knows neither how loud to be nor iversion, on which file systems decide by themselves.
            case "defaults" or "remount" or "loud" or "silent" or "iversion" or "noiversion" or "norelatime" or "nostrictatime": break;
            default:
                int equals = option.IndexOf('=');
                Data.Add(equals < 0 ? new(option, null) : new(option[..equals], option[(equals + 1)..]));
                break;
        }
    }

    private static (MountAttributes Set, MountAttributes Clear) Attribute(string option) => option switch
    {
        "ro" => (MountAttributes.MOUNT_ATTR_RDONLY, 0),
        "rw" => (0, MountAttributes.MOUNT_ATTR_RDONLY),
        "nosuid" => (MountAttributes.MOUNT_ATTR_NOSUID, 0),
        "suid" => (0, MountAttributes.MOUNT_ATTR_NOSUID),
        "nodev" => (MountAttributes.MOUNT_ATTR_NODEV, 0),
        "dev" => (0, MountAttributes.MOUNT_ATTR_NODEV),
        "noexec" => (MountAttributes.MOUNT_ATTR_NOEXEC, 0),
        "exec" => (0, MountAttributes.MOUNT_ATTR_NOEXEC),
        "noatime" => (MountAttributes.MOUNT_ATTR_NOATIME, MountAttributes.MOUNT_ATTR__ATIME),
        "relatime" or "atime" => (MountAttributes.MOUNT_ATTR_RELATIME, MountAttributes.MOUNT_ATTR__ATIME),
        "strictatime" => (MountAttributes.MOUNT_ATTR_STRICTATIME, MountAttributes.MOUNT_ATTR__ATIME),
        "nodiratime" => (MountAttributes.MOUNT_ATTR_NODIRATIME, 0),
        "diratime" => (0, MountAttributes.MOUNT_ATTR_NODIRATIME),
        "nosymfollow" => (MountAttributes.MOUNT_ATTR_NOSYMFOLLOW, 0),
        "symfollow" => (0, MountAttributes.MOUNT_ATTR_NOSYMFOLLOW),
        _ => (0, 0),
    };
}
