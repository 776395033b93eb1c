using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>Which Linux security modules this host has enabled; looked at only when a specification asks for them.</summary>
internal static class SecurityModules
{
    public static bool AsksAppArmor(Process process, Process? container) => process.ApparmorProfile is { Length: > 0 } || container?.ApparmorProfile is { Length: > 0 };

    public static bool AsksSELinux(Spec? spec, Process process, Process? container)
        => process.SelinuxLabel is { Length: > 0 } || container?.SelinuxLabel is { Length: > 0 } || spec?.Linux?.MountLabel is { Length: > 0 };

    /// <summary>The file that takes the profile of the next execve(2); null where AppArmor is not enabled.</summary>
    public static string? AppArmorExec()
    {
        if (SmallFile.ReadIfExists("/sys/module/apparmor/parameters/enabled")?.StartsWith('Y') != true)
            return null;
        // AppArmor's own since Linux 5.8; the other may be that of another module.
        const string own = "/proc/self/attr/apparmor/exec";
        return Sys.Statx(At.AT_FDCWD, own, out _, flags: 0) >= 0 ? own : "/proc/self/attr/exec";
    }

    /// <summary>As libselinux: its file system is mounted, and a policy is loaded.</summary>
    public static bool SELinux()
        => Sys.FileSystemType("/sys/fs/selinux") == FileSystemMagic.SELINUX_MAGIC
            && SmallFile.ReadIfExists("/proc/self/attr/current")?.TrimEnd('\0', '\n') is not (null or "kernel");
}
