namespace Sampan.Cgroups;

/// <summary>How a host mounts its cgroups.</summary>
public enum CgroupMode
{
    /// <summary>No cgroup file system at all.</summary>
    None,
    /// <summary>One hierarchy for each controller or group of controllers.</summary>
    V1,
    /// <summary>Controllers on v1, and a v2 hierarchy beside them for processes (systemd's "hybrid").</summary>
    Hybrid,
    /// <summary>The unified hierarchy alone.</summary>
    V2,
}
