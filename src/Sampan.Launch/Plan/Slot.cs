namespace Sampan.Launch;

/// <summary>
/// A place for a file descriptor, by number: the parent fills some before the clone, operations fill others.
/// Slot 0 does not exist, so that 0 can mean none.
/// </summary>
public readonly record struct Slot(ushort Index)
{
    public static readonly Slot None = default;

    /// <summary>The child's end of the socketpair to its parent.</summary>
    public static readonly Slot Sync = new(1);

    /// <summary>Where failures are reported: <see cref="Sync"/>, then the connection of `start`.</summary>
    public static readonly Slot Report = new(2);

    /// <summary>The listening socket that `start` connects to.</summary>
    public static readonly Slot StartSocket = new(3);

    /// <summary>The root of the container's file system.</summary>
    public static readonly Slot Root = new(4);

    /// <summary>The mount being made.</summary>
    public static readonly Slot Mount = new(5);

    /// <summary>The place it goes to.</summary>
    public static readonly Slot Target = new(6);

    /// <summary>A file-system context of fsopen(2).</summary>
    public static readonly Slot Context = new(7);

    /// <summary>A short-lived file.</summary>
    public static readonly Slot File = new(8);

    /// <summary>The container's /dev.</summary>
    public static readonly Slot Dev = new(9);

    /// <summary>The pty's master, and its slave.</summary>
    public static readonly Slot Console = new(10);
    public static readonly Slot Terminal = new(11);

    /// <summary>A clone of the host's /dev/null, and an empty read-only directory: what masked paths are covered with.</summary>
    public static readonly Slot NullDevice = new(12);
    public static readonly Slot EmptyDirectory = new(13);

    /// <summary>The user namespace that id-mapped mounts translate to.</summary>
    public static readonly Slot UserNamespace = new(14);

    /// <summary>The descriptor by which a seccomp agent answers the container's system calls.</summary>
    public static readonly Slot Listener = new(15);

    /// <summary>A pidfd of the container's init process (exec).</summary>
    public static readonly Slot InitPidFd = new(16);

    /// <summary>The working directory.</summary>
    public static readonly Slot Cwd = new(18);

    /// <summary>What a hook reads from its standard input.</summary>
    public static readonly Slot Input = new(19);

    /// <summary>The parent's end of the socketpair, of which a clone has a copy.</summary>
    public static readonly Slot Parent = new(20);

    /// <summary>First of the slots a plan hands out itself (namespaces, cgroup.procs files, prepared mounts).</summary>
    public const ushort FirstFree = 21;

    public override string ToString() => Index switch
    {
        0 => "none", 1 => "sync", 2 => "report", 3 => "start", 4 => "root", 5 => "mount", 6 => "target", 7 => "context", 8 => "file", 9 => "dev",
        10 => "console", 11 => "terminal", 12 => "null", 13 => "empty", 14 => "userns", 15 => "listener", 16 => "init", 18 => "cwd", 19 => "input", 20 => "parent",
        _ => $"slot{Index}",
    };
}
