namespace Sampan.Cgroups;

/// <summary>One mounted hierarchy.</summary>
public sealed class CgroupHierarchy
{
    public CgroupHierarchy(string controllers, string mountPoint, string mountRoot, string ownPath)
    {
        (Controllers, MountPoint, MountRoot, OwnPath) = (controllers, mountPoint, mountRoot, ownPath);
        Names = controllers.Length == 0 ? [] : controllers.Split(',');
    }

    /// <summary>As /proc/self/cgroup has them: <c>memory</c>, <c>cpu,cpuacct</c>, <c>name=systemd</c>; empty for v2.</summary>
    public string Controllers { get; }

    /// <summary><see cref="Controllers"/> one by one; none for v2, whose controllers differ from cgroup to cgroup.</summary>
    public string[] Names { get; }

    public string MountPoint { get; }

    /// <summary>The cgroup that is mounted there.</summary>
    public string MountRoot { get; }

    /// <summary>The cgroup of the process that probed.</summary>
    public string OwnPath { get; }

    public bool IsV2 => Controllers.Length == 0;

    /// <summary>The directory of the process that probed. In a container without a cgroup namespace the path is the host's, and its beginning is <see cref="MountRoot"/>.</summary>
    public string OwnDirectory => Directory(OwnPath);

    /// <summary>The directory of a cgroup that /proc/PID/cgroup names.</summary>
    public string Directory(string procPath)
    {
        if (MountRoot != "/" && procPath.StartsWith(MountRoot, StringComparison.Ordinal)
            && (procPath.Length == MountRoot.Length || procPath[MountRoot.Length] == '/'))
            procPath = procPath[MountRoot.Length..];
        return procPath is "" or "/" ? MountPoint : MountPoint + procPath;
    }

    public override string ToString() => IsV2 ? "cgroup v2" : Controllers;
}
