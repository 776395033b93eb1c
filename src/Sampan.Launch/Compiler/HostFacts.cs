using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>What kind of thing a path of the host is.</summary>
public enum HostPathKind
{
    Missing,
    Directory,

    /// <summary>The launcher's own root, by whatever name; known of the sources of binds.</summary>
    Root,

    /// <summary>Anything that is no directory.</summary>
    File,
}

/// <summary>A mounted cgroup hierarchy of the host, to be shown inside.</summary>
/// <param name="Name">Of its directory below /sys/fs/cgroup: <c>memory</c>, <c>cpu,cpuacct</c>, <c>unified</c>.</param>
/// <param name="Options">What distinguishes it to mount(8): <c>cpu,cpuacct</c>, <c>name=systemd</c>; empty for cgroup v2.</param>
/// <param name="Directory">The container's cgroup on the host.</param>
public sealed record CgroupMountFact(string Name, string Options, string Directory)
{
    public bool IsV2 => Options.Length == 0;
}

/// <summary>
/// All the compiler knows of the host: probed beforehand, so that compiling is a pure function and a plan can be tested anywhere.
/// </summary>
public sealed class HostFacts
{
    /// <summary>Of uname(2), such as 6.18.</summary>
    public Version Kernel { get; init; } = new(6, 1);

    /// <summary>Whether the launcher has CAP_SYS_ADMIN over the namespaces it is in. An ordinary user has none, and gets all he needs in a user namespace.</summary>
    public bool Privileged => (Capabilities >> (int)Capability.CAP_SYS_ADMIN & 1) != 0;

    /// <summary>Whether the launcher is in a user namespace itself, as below a rootless engine: whatever it may do there, to the host it is an ordinary user.</summary>
    public bool Nested { get; init; }

    /// <summary>Newest capability of the kernel: /proc/sys/kernel/cap_last_cap.</summary>
    public int LastCapability { get; init; } = Linux.Capabilities.Last;

    /// <summary>Paths of the host that were probed.</summary>
    public IReadOnlyDictionary<string, HostPathKind> Paths { get; init; } = new Dictionary<string, HostPathKind>();

    /// <summary>Types of the namespaces that are joined by path and turn out to be the launcher's own.</summary>
    public IReadOnlyList<string> OwnNamespaces { get; init; } = [];

    /// <summary>The hierarchies in the order of the mount table.</summary>
    public IReadOnlyList<CgroupMountFact> CgroupMounts { get; init; } = [];

    /// <summary>Whether the child has to wait until the parent has put it into its cgroup, as systemd's driver does.</summary>
    public bool CgroupIsMadeForProcess { get; init; }

    /// <summary>The files of cgroup v1 that the child writes itself into.</summary>
    public IReadOnlyList<string> CgroupTasks { get; init; } = [];

    /// <summary>The launcher's own capabilities, outside of user namespaces.</summary>
    public ulong Capabilities { get; init; } = ulong.MaxValue;

    /// <summary>Those the kernel knows.</summary>
    public ulong KnownCapabilities => ulong.MaxValue >> 63 - LastCapability;

    /// <summary>The launcher's limits on the resources that the specification limits.</summary>
    public IReadOnlyDictionary<int, rlimit64> Limits { get; init; } = new Dictionary<int, rlimit64>();

    /// <summary>Whether it may raise a hard limit.</summary>
    public bool RaisesLimits => (Capabilities >> (int)Capability.CAP_SYS_RESOURCE & 1) != 0;

    /// <summary>Whether it may look at a process that hides: ptrace(2), "Ptrace access mode checking".</summary>
    public bool SeesHidden => (Capabilities >> (int)Capability.CAP_SYS_PTRACE & 1) != 0;

    /// <summary>Which of descriptors 0, 1, 2 are pipes or sockets, which the container's user must own to open /dev/stdout.</summary>
    public IReadOnlyList<int> StdioPipes { get; init; } = [];

    /// <summary>The file of procfs that takes a process's next AppArmor profile; null: AppArmor is not enabled.</summary>
    public string? AppArmorExec { get; init; }

    /// <summary>Whether SELinux is enabled.</summary>
    public bool SELinux { get; init; }

    /// <summary>Where resctrl is mounted; null: nowhere, or nobody asked.</summary>
    public string? Resctrl { get; init; }

    /// <summary>The user's home directory by the container's /etc/passwd, for when the specification sets no HOME.</summary>
    public string Home { get; init; } = "/";

    /// <summary>Where the host's procfs and sysfs are mounted; probed only for a container whose root is not switched by pivot_root.</summary>
    public IReadOnlyList<string> KernelMounts { get; init; } = [];

    /// <summary>What <paramref name="path"/> of the host is; only paths the launcher probed (bind sources, masked paths of procfs and sysfs) are known.</summary>
    public HostPathKind KindOf(string path) => Paths.TryGetValue(path, out var kind) ? kind : HostPathKind.Missing;
}
