using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// The options of a mount, sorted: flags of mount(2), attributes for all mounts below it, propagation, and what the file system itself is told.
/// Source: runtime-spec 1.3, config.md, "Linux mount options".
/// </summary>
public sealed class MountOptions
{
    private const MountFlags AtimeFlags = MountFlags.MS_NOATIME | MountFlags.MS_NODIRATIME | MountFlags.MS_RELATIME | MountFlags.MS_STRICTATIME;

    /// <summary>What one mount can have and another of the same file system lack, times of access aside.</summary>
    private const MountFlags PerMount = MountFlags.MS_RDONLY | MountFlags.MS_NOSUID | MountFlags.MS_NODEV | MountFlags.MS_NOEXEC | MountFlags.MS_NOSYMFOLLOW;

    public MountFlags Flags { get; private set; }

    /// <summary>Those whose opposite was asked for: <c>rw</c>, <c>suid</c>.</summary>
    public MountFlags Cleared { get; private set; }

    public MountAttributes RecursiveSet { get; private set; }

    public MountAttributes RecursiveClear { get; private set; }

    /// <summary>MS_SHARED and its like, in the order given; with MS_REC when recursive.</summary>
    public List<MountFlags> Propagation { get; } = [];

    public bool Bind { get; private set; }

    /// <summary>rbind: the mounts below come along.</summary>
    public bool Recursive => Flags.HasFlag(MountFlags.MS_REC);

    /// <summary>Change the mount that is there.</summary>
    public bool Remount => Flags.HasFlag(MountFlags.MS_REMOUNT);

    public bool CopyUp { get; private set; }

    /// <summary>idmap, or ridmap.</summary>
    public bool IdMap { get; private set; }

    public bool IdMapRecursive { get; private set; }

    /// <summary>Superblock options: key and value, null for a flag.</summary>
    public List<KeyValuePair<string, string?>> Data { get; } = [];

    public bool ReadOnly => Attributes.HasFlag(MountAttributes.MOUNT_ATTR_RDONLY);

    /// <summary>Of a new mount, as mount(2) would make it of the flags.</summary>
    /// <remarks>There is nothing below a new file system that recursive options could be about but the mount itself.</remarks>
    public MountAttributes Attributes => Bind ? ToAttributes(Flags) : ToAttributes(Flags) & ~RecursiveClear | RecursiveSet;

    /// <summary>Whether a bind mount is to differ from its source at all. Without any flag it has the source's.</summary>
    public bool Changes => ((Flags | Cleared) & ~(MountFlags.MS_BIND | MountFlags.MS_REC | MountFlags.MS_REMOUNT)) != 0;

    /// <summary>What must go from a bind mount: what is asked for, what nobody can lock, and, when a time of access is chosen, the others.</summary>
    public MountAttributes MustClear
        => ToAttributes(Cleared & PerMount | MountFlags.MS_NOSYMFOLLOW & ~Flags) | ((Flags & AtimeFlags) == 0 ? 0 : MountAttributes.MOUNT_ATTR__ATIME | MountAttributes.MOUNT_ATTR_NODIRATIME);

    /// <summary>What goes from a bind mount unless it is locked: of the source's flags those stay that are given, as with runc and mount(8).</summary>
    public MountAttributes MayClear => ToAttributes(PerMount & ~MountFlags.MS_NOSYMFOLLOW & ~Flags & ~Cleared);

    public static MountOptions Parse(Mount mount)
    {
        var options = new MountOptions();
        foreach (string option in mount.Options ?? [])
            options.Add(option);
        // Docker and podman write type "bind" with and without the option; either says it.
        options.Bind = mount.Type == "bind" || options.Flags.HasFlag(MountFlags.MS_BIND);
        options.IdMap |= mount.UidMappings is not null || mount.GidMappings is not null;
        return options;
    }

    /// <summary>The same for a mount that stays writable for now.</summary>
    public MountOptions Writable()
    {
        var writable = (MountOptions)MemberwiseClone();
        writable.Flags &= ~MountFlags.MS_RDONLY;
        writable.RecursiveSet &= ~MountAttributes.MOUNT_ATTR_RDONLY;
        return writable;
    }

    private void Add(string option)
    {
        var (flag, clears) = MountOptionNames.Flag(option);
        if (flag != 0)
        {
            Flags = clears ? Flags & ~flag : Flags | flag;
            Cleared = clears ? Cleared | flag : Cleared & ~flag;
            return;
        }
        if (MountOptionNames.Recursive(option) is var (set, clear))
        {
            RecursiveSet = RecursiveSet & ~clear | set;
            RecursiveClear = RecursiveClear & ~set | clear;
            return;
        }
        if (MountOptionNames.Propagation(option) is var propagation and not 0)
        {
            Propagation.Add(propagation);
            return;
        }
        switch (option)
        {
            case "defaults": break;
            case "tmpcopyup": CopyUp = true; break;
            case "idmap": IdMap = true; break;
            case "ridmap": IdMap = IdMapRecursive = true; break;
            default:
                int equals = option.IndexOf('=');
                Data.Add(equals < 0 ? new(option, null) : new(option[..equals], option[(equals + 1)..]));
                break;
        }
    }

    // Which wins when several times of access are asked for is as in mount(2), path_mount() of the kernel.
    private static MountAttributes ToAttributes(MountFlags flags)
    {
        MountAttributes attributes = 0;
        if (flags.HasFlag(MountFlags.MS_RDONLY))
            attributes |= MountAttributes.MOUNT_ATTR_RDONLY;
        if (flags.HasFlag(MountFlags.MS_NOSUID))
            attributes |= MountAttributes.MOUNT_ATTR_NOSUID;
        if (flags.HasFlag(MountFlags.MS_NODEV))
            attributes |= MountAttributes.MOUNT_ATTR_NODEV;
        if (flags.HasFlag(MountFlags.MS_NOEXEC))
            attributes |= MountAttributes.MOUNT_ATTR_NOEXEC;
        if (flags.HasFlag(MountFlags.MS_NOSYMFOLLOW))
            attributes |= MountAttributes.MOUNT_ATTR_NOSYMFOLLOW;
        if (flags.HasFlag(MountFlags.MS_NODIRATIME))
            attributes |= MountAttributes.MOUNT_ATTR_NODIRATIME;
        if (flags.HasFlag(MountFlags.MS_STRICTATIME))
            attributes |= MountAttributes.MOUNT_ATTR_STRICTATIME;
        else if (flags.HasFlag(MountFlags.MS_NOATIME))
            attributes |= MountAttributes.MOUNT_ATTR_NOATIME;
        return attributes;
    }
}
