using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>"mounts" of the specification, in the order they are made: the system's first, then the user's from the top of the tree down.</summary>
internal static class SpecMounts
{
    /// <summary>Bytes.</summary>
    public const long DefaultShmSize = 64 << 20;

    public static List<Mount> Build(SpecInput input)
    {
        var own = new List<Mount>();
        foreach (var point in input.Record.Mounts!)
            own.Add(Of(point, input.Record.HostConfig!.Mounts?.Find(mount => AbsolutePath.Clean(mount.Target!) == point.Destination)));
        foreach (var (destination, options) in input.Record.HostConfig!.Tmpfs ?? [])
            own.Add(Tmpfs(destination, options));
        foreach (string name in (ReadOnlySpan<string>)["resolv.conf", "hostname", "hosts"])
            if (!own.Exists(mount => mount.Destination == $"/etc/{name}"))
                own.Add(new Mount { Destination = $"/etc/{name}", Type = "bind", Source = $"{input.Joined.NetworkFiles ?? input.Bundle}/{name}", Options = ["rbind", "rprivate"] });
        if (!string.IsNullOrEmpty(input.Record.Config!.Timezone) && !own.Exists(static mount => mount.Destination == "/etc/localtime"))
            own.Add(new Mount { Destination = "/etc/localtime", Type = "bind", Source = $"{input.Bundle}/{TimeZoneFile.Name}", Options = ["rbind", "rprivate"] });
        if (input.Record.HostConfig.Init == true && !own.Exists(mount => mount.Destination == InitProgram.Destination))
            own.Add(InitProgram.MountOf(input.Bundle));
        ParentsFirst(own);
        var mounts = System(input);
        mounts.RemoveAll(mount => own.Exists(mine => mine.Destination == mount.Destination || (mine.Destination == "/dev" && mount.Destination!.StartsWith("/dev/", StringComparison.Ordinal))));
        mounts.AddRange(own);
        return mounts;
    }

    private static List<Mount> System(SpecInput input)
    {
        var host = input.Record.HostConfig!;
        bool mapped = input.Record.IdMappings is { Count: > 0 };
        var security = SecurityOptions.Parse(host.SecurityOpt);
        // A read-only root file system keeps also a privileged container from changing the host through /sys.
        bool writableSys = host.Privileged && !host.ReadonlyRootfs, writableCgroups = security.WritableCgroups ?? host.Privileged;
        var mounts = new List<Mount>
        {
            // A user namespace may mount procfs and sysfs only when it owns the namespaces they show; otherwise the host's are bound.
            mapped && host.PidMode == "host" ? HostBind("/proc") : new Mount { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            mapped && (host.NetworkMode == "host" || input.Joined.Network is not null)
                ? HostBind("/sys", more: "ro")
                : new Mount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", writableSys ? "rw" : "ro"] },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", writableCgroups ? "rw" : "ro"] },
        };
        if (host.IpcMode == "host")
        {
            mounts.Add(HostBind("/dev/mqueue"));
            mounts.Add(HostBind("/dev/shm"));
        }
        else
        {
            mounts.Add(new Mount { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] });
            if (input.Joined.SharedMemory is { } shared)
                mounts.Add(HostBind("/dev/shm", shared));
            else if (host.IpcMode != "none")
                mounts.Add(new Mount { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", $"size={host.ShmSize ?? DefaultShmSize}"] });
        }
        return mounts;
    }

    private static Mount HostBind(string path, string? source = null, string? more = null)
    {
        List<string> options = ["rbind", "nosuid", "noexec", "nodev"];
        if (more is not null)
            options.Add(more);
        return new Mount { Destination = path, Type = "bind", Source = source ?? path, Options = options };
    }

    /// <param name="request">Where it comes from a <c>--mount</c>, which can say more than a <c>-v</c>.</param>
    private static Mount Of(MountPoint point, MountRequest? request)
    {
        if (point.Type == "tmpfs")
            return Tmpfs(point.Destination!, TmpfsOptionsOf(request!));
        bool alone = request is not null ? request.Bind is { NonRecursive: true } : point.Mode is { } mode && mode.Split(',').Contains("bind-nonrecursive");
        var options = new List<string> { alone ? "bind" : "rbind", string.IsNullOrEmpty(point.Propagation) ? "rprivate" : point.Propagation };
        if (!point.Writable)
            options.Add(alone || request?.Bind is { ReadOnlyNonRecursive: true } ? "ro" : "rro");
        return new Mount { Destination = point.Destination, Type = "bind", Source = point.Source, Options = options };
    }

    private static string TmpfsOptionsOf(MountRequest request)
    {
        var options = new List<string>();
        if (request.ReadOnly)
            options.Add("ro");
        if (request.Tmpfs?.SizeBytes is > 0 and { } size)
            options.Add($"size={size}");
        if (request.Tmpfs?.Mode is { } mode)
            options.Add($"mode={Convert.ToString(mode, 8)}");
        return string.Join(',', options);
    }

    /// <summary>Options of the user's come after ours, and the later of two that contradict holds.</summary>
    private static Mount Tmpfs(string destination, string options)
    {
        var all = new List<string> { "noexec", "nosuid", "nodev" };
        foreach (string option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            all.Remove("no" + option);
            all.Add(option);
        }
        return new Mount { Destination = destination, Type = "tmpfs", Source = "tmpfs", Options = all };
    }

    /// <summary>By depth; those of one depth stay as they were (an insertion sort: the list is short and List.Sort is not stable).</summary>
    private static void ParentsFirst(List<Mount> mounts)
    {
        for (int i = 1; i < mounts.Count; i++)
        {
            var mount = mounts[i];
            int at = i;
            for (; at > 0 && Depth(mounts[at - 1].Destination!) > Depth(mount.Destination!); at--)
                mounts[at] = mounts[at - 1];
            mounts[at] = mount;
        }
    }

    private static int Depth(string path) => path.AsSpan().Count('/');
}
