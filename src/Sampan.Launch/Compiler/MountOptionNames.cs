using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>
/// The options of runtime-spec 1.3, config.md, "Linux mount options", by name. What is none of them is the file system's own.
/// </summary>
public static class MountOptionNames
{
    private static readonly string[] Plain =
    [
        "async", "atime", "bind", "dev", "diratime", "dirsync", "exec", "iversion", "lazytime", "loud", "mand", "noatime", "nodev", "nodiratime", "noexec",
        "noiversion", "nolazytime", "nomand", "norelatime", "nostrictatime", "nosuid", "nosymfollow", "rbind", "relatime", "remount", "ro", "rw", "silent",
        "strictatime", "suid", "symfollow", "sync",
        "ratime", "rdev", "rdiratime", "rexec", "rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime", "rnosuid", "rnosymfollow",
        "rrelatime", "rro", "rrw", "rstrictatime", "rsuid", "rsymfollow",
        "private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable",
        "defaults", "tmpcopyup", "idmap", "ridmap",
    ];

    /// <summary>Every option that the compiler acts on, sorted.</summary>
    public static List<string> Known()
    {
        List<string> known = [.. Plain];
        known.Sort(StringComparer.Ordinal);
        return known;
    }

    /// <summary>The flag of mount(2), and whether the option takes it away; 0: none.</summary>
    internal static (MountFlags Flag, bool Clears) Flag(string option) => option switch
    {
        "ro" => (MountFlags.MS_RDONLY, false),
        "rw" => (MountFlags.MS_RDONLY, true),
        "nosuid" => (MountFlags.MS_NOSUID, false),
        "suid" => (MountFlags.MS_NOSUID, true),
        "nodev" => (MountFlags.MS_NODEV, false),
        "dev" => (MountFlags.MS_NODEV, true),
        "noexec" => (MountFlags.MS_NOEXEC, false),
        "exec" => (MountFlags.MS_NOEXEC, true),
        "nosymfollow" => (MountFlags.MS_NOSYMFOLLOW, false),
        "symfollow" => (MountFlags.MS_NOSYMFOLLOW, true),
        "sync" => (MountFlags.MS_SYNCHRONOUS, false),
        "async" => (MountFlags.MS_SYNCHRONOUS, true),
        "dirsync" => (MountFlags.MS_DIRSYNC, false),
        "mand" => (MountFlags.MS_MANDLOCK, false),
        "nomand" => (MountFlags.MS_MANDLOCK, true),
        "noatime" => (MountFlags.MS_NOATIME, false),
        "atime" => (MountFlags.MS_NOATIME, true),
        "nodiratime" => (MountFlags.MS_NODIRATIME, false),
        "diratime" => (MountFlags.MS_NODIRATIME, true),
        "relatime" => (MountFlags.MS_RELATIME, false),
        "norelatime" => (MountFlags.MS_RELATIME, true),
        "strictatime" => (MountFlags.MS_STRICTATIME, false),
        "nostrictatime" => (MountFlags.MS_STRICTATIME, true),
        "iversion" => (MountFlags.MS_I_VERSION, false),
        "noiversion" => (MountFlags.MS_I_VERSION, true),
        "lazytime" => (MountFlags.MS_LAZYTIME, false),
        "nolazytime" => (MountFlags.MS_LAZYTIME, true),
        "silent" => (MountFlags.MS_SILENT, false),
        "loud" => (MountFlags.MS_SILENT, true),
        "remount" => (MountFlags.MS_REMOUNT, false),
        "bind" => (MountFlags.MS_BIND, false),
        "rbind" => (MountFlags.MS_BIND | MountFlags.MS_REC, false),
        _ => (0, false),
    };

    /// <summary>What mount_setattr(2) is to do with a mount and all below it; null: not such an option.</summary>
    internal static (MountAttributes Set, MountAttributes Clear)? Recursive(string option) => option switch
    {
        "rro" => (MountAttributes.MOUNT_ATTR_RDONLY, 0),
        "rrw" => (0, MountAttributes.MOUNT_ATTR_RDONLY),
        "rnosuid" => (MountAttributes.MOUNT_ATTR_NOSUID, 0),
        "rsuid" => (0, MountAttributes.MOUNT_ATTR_NOSUID),
        "rnodev" => (MountAttributes.MOUNT_ATTR_NODEV, 0),
        "rdev" => (0, MountAttributes.MOUNT_ATTR_NODEV),
        "rnoexec" => (MountAttributes.MOUNT_ATTR_NOEXEC, 0),
        "rexec" => (0, MountAttributes.MOUNT_ATTR_NOEXEC),
        "rnosymfollow" => (MountAttributes.MOUNT_ATTR_NOSYMFOLLOW, 0),
        "rsymfollow" => (0, MountAttributes.MOUNT_ATTR_NOSYMFOLLOW),
        "rnodiratime" => (MountAttributes.MOUNT_ATTR_NODIRATIME, 0),
        "rdiratime" => (0, MountAttributes.MOUNT_ATTR_NODIRATIME),
        // Times of access are one choice of three, and relatime is what is left when no other is taken.
        "rnoatime" => (MountAttributes.MOUNT_ATTR_NOATIME, MountAttributes.MOUNT_ATTR__ATIME),
        "rstrictatime" => (MountAttributes.MOUNT_ATTR_STRICTATIME, MountAttributes.MOUNT_ATTR__ATIME),
        "rrelatime" or "rnorelatime" or "ratime" or "rnostrictatime" => (0, MountAttributes.MOUNT_ATTR__ATIME),
        _ => null,
    };

    /// <summary>0: not such an option.</summary>
    internal static MountFlags Propagation(string name) => name switch
    {
        "shared" => MountFlags.MS_SHARED,
        "rshared" => MountFlags.MS_SHARED | MountFlags.MS_REC,
        "slave" => MountFlags.MS_SLAVE,
        "rslave" => MountFlags.MS_SLAVE | MountFlags.MS_REC,
        "private" => MountFlags.MS_PRIVATE,
        "rprivate" => MountFlags.MS_PRIVATE | MountFlags.MS_REC,
        "unbindable" => MountFlags.MS_UNBINDABLE,
        "runbindable" => MountFlags.MS_UNBINDABLE | MountFlags.MS_REC,
        _ => 0,
    };
}
