namespace Sampan.Runtime;

/// <summary><c>criu_cg_mode</c> of CRIU's images/rpc.proto.</summary>
internal enum CriuCgroupMode
{
    IGNORE = 0, SOFT = 3, FULL = 4, STRICT = 5, DEFAULT = 6,
}

/// <summary><c>criu_opts</c> of CRIU's images/rpc.proto: what a dump or a restore is told. Descriptors are numbers of the caller's.</summary>
internal sealed class CriuOptions
{
    /// <summary>What the caller has chosen.</summary>
    public required CriuSettings Settings { get; init; }

    public required int ImagesDirectory { get; init; }

    /// <summary>-1: logs go to the images.</summary>
    public int WorkDirectory { get; init; } = -1;

    public required string LogFile { get; init; }

    /// <summary>Of a dump: the first process of the tree; 0 for a restore.</summary>
    public int Pid { get; init; }

    /// <summary>Of a restore: a mount point that becomes the tree's root.</summary>
    public string? Root { get; init; }

    public bool LeaveRunning { get; init; }

    public bool TcpSkipInFlight { get; init; }

    public bool LinkRemap { get; init; }

    /// <summary>A device may be opened by another path than at the dump.</summary>
    public bool EvasiveDevices { get; init; }

    public bool TrackMemory { get; init; }

    /// <summary>Relative to the images.</summary>
    public string? ParentImage { get; init; }

    public (string Address, int Port)? PageServer { get; init; }

    /// <summary>The restored process becomes the caller's child, not CRIU's.</summary>
    public bool RestoreSibling { get; init; }

    /// <summary>A cgroup directory whose freezer stops the tree.</summary>
    public string? FreezeCgroup { get; init; }

    /// <summary>For CRIU older than 3.15, which knows no notification for it; -1: none.</summary>
    public int StatusFd { get; init; } = -1;

    public string? ConfigFile { get; init; }

    public string? LsmProfile { get; init; }

    public string? LsmMountContext { get; init; }

    /// <summary>Bind mounts from outside. Dump: mount point to name; restore: name to source.</summary>
    public Dictionary<string, string> ExternalMounts { get; init; } = [];

    /// <summary>Other things from outside, such as <c>net[4026532000]:NAME</c>.</summary>
    public List<string> External { get; init; } = [];

    /// <summary>Restore: things from outside by the name they were given at the dump, and a descriptor of CRIU's that replaces them.</summary>
    public List<(string Name, int Fd)> InheritedFds { get; init; } = [];

    /// <summary>Restore: namespaces to join, by type and path.</summary>
    public List<(string Type, string Path)> JoinedNamespaces { get; init; } = [];

    /// <summary>Restore: where in each hierarchy what was dumped below the container's cgroup goes.</summary>
    public List<(string Controllers, string Path)> CgroupRoots { get; init; } = [];

    /// <summary>Dump: hierarchies to look at, as /proc/PID/cgroup names them; none: all.</summary>
    public List<string> DumpedHierarchies { get; init; } = [];

    public ProtobufWriter Encode()
    {
        var m = new ProtobufWriter();
        m.Number(1, ImagesDirectory); // images_dir_fd
        if (Pid != 0)
            m.Number(2, Pid);
        m.Flag(3, LeaveRunning);
        m.Flag(4, Settings.ExternalUnixSockets); // ext_unix_sk
        m.Flag(5, Settings.TcpEstablished);
        m.Flag(6, EvasiveDevices);
        m.Flag(7, Settings.ShellJob);
        m.Flag(8, Settings.FileLocks);
        m.Number(9, 4); // log_level: all
        m.Text(10, LogFile);
        if (PageServer is { } server)
            m.Message(11, Pair(server.Address, server.Port)); // ps
        m.Flag(12, true); // notify_scripts
        m.Text(13, Root);
        m.Text(14, ParentImage); // parent_img
        m.Flag(15, TrackMemory); // track_mem
        m.Flag(16, Settings.AutoDedup);
        if (WorkDirectory >= 0)
            m.Number(17, WorkDirectory); // work_dir_fd
        m.Flag(18, LinkRemap);
        foreach (var (key, value) in ExternalMounts)
            m.Message(23, Pair(key, value)); // ext_mnt
        m.Flag(24, true); // manage_cgroups
        foreach (var (controllers, path) in CgroupRoots)
            m.Message(25, Pair(controllers, path)); // cg_root
        m.Flag(26, RestoreSibling); // rst_sibling
        foreach (var (name, fd) in InheritedFds)
            m.Message(27, Pair(name, fd)); // inherit_fd
        m.Number(34, (int)Settings.CgroupMode); // manage_cgroups_mode
        foreach (string external in External)
            m.Text(37, external);
        m.Number(38, CriuWork.EmptyNamespaces); // empty_ns
        foreach (var (type, path) in JoinedNamespaces)
            m.Message(39, Pair(type, path)); // join_ns
        foreach (string hierarchy in DumpedHierarchies)
            m.Text(43, hierarchy); // cgroup_dump_controller
        m.Text(44, FreezeCgroup);
        m.Flag(46, TcpSkipInFlight);
        m.Flag(48, Settings.LazyPages);
        if (StatusFd >= 0)
            m.Number(49, StatusFd);
        m.Flag(50, true); // orphan_pts_master
        m.Text(51, ConfigFile);
        m.Text(53, LsmProfile);
        m.Text(63, LsmMountContext);
        return m;
    }

    // ext_mount_map, join_namespace, cgroup_root: two strings.
    private static ProtobufWriter Pair(string first, string second)
    {
        var m = new ProtobufWriter();
        m.Text(1, first);
        m.Text(2, second);
        return m;
    }

    // inherit_fd, criu_page_server_info: a string and a number.
    private static ProtobufWriter Pair(string first, int second)
    {
        var m = new ProtobufWriter();
        m.Text(1, first);
        m.Number(2, second);
        return m;
    }
}
