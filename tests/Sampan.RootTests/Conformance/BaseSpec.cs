using Sampan.Oci;

namespace Sampan.RootTests.Conformance;

/// <summary>The configuration the conformance tests begin with: every namespace but those of users and time, the usual file systems, no privilege.</summary>
internal static class BaseSpec
{
    public static Spec Make() => new()
    {
        OciVersion = "1.0.2",
        Root = new Root { Path = "rootfs" },
        Process = new Process { Cwd = "/", User = new User(), Env = ["PATH=/"], Capabilities = new LinuxCapabilities() },
        Mounts =
        [
            new Mount { Destination = "/proc", Type = "proc", Source = "proc" },
            new Mount { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new Mount { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new Mount { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
            new Mount { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
        ],
        Linux = new LinuxSpec
        {
            Namespaces = [.. ((string[])["pid", "network", "ipc", "uts", "mount", "cgroup"]).Select(t => new LinuxNamespace { Type = t })],
            Resources = new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }] },
        },
    };

    /// <summary>Gives the container a user namespace whose root is the host's 100000.</summary>
    public static void InUserNamespace(Spec spec)
    {
        spec.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
        spec.Linux.UidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 200000, Size = 65536 }];
    }

    /// <summary>Gives its process a capability, in every set that an execve(2) by root looks at.</summary>
    public static void Allow(this Spec spec, params string[] capabilities)
        => spec.Process!.Capabilities = new LinuxCapabilities { Bounding = [.. capabilities], Permitted = [.. capabilities], Effective = [.. capabilities] };
}
