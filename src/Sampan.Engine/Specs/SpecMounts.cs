using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>"mounts" of the specification, in the order they are made: the system's first, then the user's from the top of the tree down.</summary>
internal static class SpecMounts
{
    private const long DefaultShmSize = 64 << 20;

    public static List<Mount> Build(SpecInput input)
    {
        var own = new List<Mount>();
        foreach (var point in input.Record.Mounts!)
            own.Add(Bind(point));
        foreach (var (destination, options) in input.Record.HostConfig!.Tmpfs ?? [])
            own.Add(Tmpfs(destination, options));
        foreach (string name in (ReadOnlySpan<string>)["resolv.conf", "hostname", "hosts"])
            if (!own.Exists(mount => mount.Destination == $"/etc/{name}"))
                own.Add(new Mount { Destination = $"/etc/{name}", Type = "bind", Source = $"{input.Bundle}/{name}", Options = ["rbind", "rprivate"] });
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
        bool writable = host.Privileged;
        var mounts = new List<Mount>
        {
            // A user namespace may mount procfs and sysfs only when it owns the namespaces they show; otherwise the host's are bound.
            mapped && host.PidMode == "host" ? HostBind("/proc") : new Mount { Destination = "/proc", Type = "proc", Source = "proc", Options = ["nosuid", "noexec", "nodev"] },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            mapped && host.NetworkMode == "host"
                ? HostBind("/sys", "ro")
                : new Mount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", writable ? "rw" : "ro"] },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", writable ? "rw" : "ro"] },
        };
        if (host.IpcMode == "host")
        {
            mounts.Add(HostBind("/dev/mqueue"));
            mounts.Add(HostBind("/dev/shm"));
        }
        else
        {
            mounts.Add(new Mount { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] });
            mounts.Add(new Mount { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", $"size={host.ShmSize ?? DefaultShmSize}"] });
        }
        return mounts;
    }

    private static Mount HostBind(string path, params ReadOnlySpan<string> more)
        => new() { Destination = path, Type = "bind", Source = path, Options = ["rbind", "nosuid", "noexec", "nodev", .. more] };

    private static Mount Bind(MountPoint point)
    {
        var options = new List<string> { point.Mode is { } mode && mode.Split(',').Contains("bind-nonrecursive") ? "bind" : "rbind", string.IsNullOrEmpty(point.Propagation) ? "rprivate" : point.Propagation };
        if (!point.Writable)
            options.Add("rro");
        return new Mount { Destination = point.Destination, Type = "bind", Source = point.Source, Options = options };
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
