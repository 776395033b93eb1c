using Sampan.Cgroups;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Whether something of the host is there.</summary>
public enum HostState
{
    Present,

    /// <summary>Sampan works, but for something.</summary>
    Limited,

    /// <summary>No container can run.</summary>
    Missing,
}

/// <summary>One thing of the host that Sampan uses.</summary>
/// <param name="Detail">What was found, or what to do.</param>
public sealed record HostFinding(HostState State, string Subject, string Detail);

/// <summary>What of the host is there and what is missing for Sampan.</summary>
internal static class HostCheck
{
    private static readonly Version s_oldestKernel = new(5, 14), s_mappedLayers = new(6, 13);

    public static List<HostFinding> Run(Places places)
    {
        var kernel = KernelVersion(SmallFile.Read("/proc/sys/kernel/osrelease").Trim());
        var found = new List<HostFinding> { Kernel(kernel) };
        string systems = SmallFile.ReadIfExists("/proc/filesystems") ?? "";
        found.Add(FileSystem(systems, "overlay", "the union file system of containers; --storage-driver copy does without: modprobe overlay"));
        found.Add(FileSystem(systems, "mqueue", "message queues, which every container has mounted"));
        Cgroups(found);
        Namespaces(found, kernel);
        string status = SmallFile.Read("/proc/self/status");
        found.Add(status.Contains("\nSeccomp:", StringComparison.Ordinal) ? new(HostState.Present, "seccomp", "system calls of containers are filtered")
            : new(HostState.Missing, "seccomp", "the kernel was built without CONFIG_SECCOMP_FILTER"));
        found.Add(SecurityModule());
        Programs(found, places);
        return found;
    }

    private static HostFinding Kernel(Version? kernel) => kernel >= s_oldestKernel
        ? new(HostState.Present, "kernel", $"Linux {kernel} ({s_oldestKernel} or newer is wanted)") : new(HostState.Missing, "kernel", $"Linux {kernel} is too old: {s_oldestKernel} or newer is wanted");

    /// <summary>A file system that is a module and not loaded yet is not listed; the first mount loads it.</summary>
    private static HostFinding FileSystem(string systems, string name, string use)
    {
        foreach (string line in systems.Split('\n'))
            if (line.TrimEnd().EndsWith($"\t{name}", StringComparison.Ordinal))
                return new(HostState.Present, name, "the kernel knows it");
        return new(HostState.Limited, name, $"not loaded: {use}");
    }

    private static void Cgroups(List<HostFinding> found)
    {
        var host = CgroupHost.Probe();
        if (host.Mode == CgroupMode.None)
        {
            found.Add(new(HostState.Missing, "cgroups", $"no cgroup file system is mounted at {CgroupHost.DefaultMountPoint}"));
            return;
        }
        found.Add(new(HostState.Present, "cgroups", host.Mode == CgroupMode.V2 ? "version 2" : host.Unified is null ? "version 1" : "version 1, with version 2 beside it"));
        string[] v2 = host.Mode == CgroupMode.V2 ? (SmallFile.ReadIfExists($"{CgroupHost.DefaultMountPoint}/cgroup.controllers") ?? "").Split(' ', '\n') : [];
        foreach (var (controller, use) in ((string, string)[])[("cpu", "--cpus, --cpu-shares"), ("cpuset", "--cpuset-cpus"), ("memory", "--memory"), ("pids", "--pids-limit"), ("io", "--blkio-weight")])
        {
            bool there = host.Mode == CgroupMode.V2 ? v2.Contains(controller) : host.V1(controller == "io" ? "blkio" : controller) is not null;
            found.Add(there ? new(HostState.Present, $"cgroup {controller}", use) : new(HostState.Limited, $"cgroup {controller}", $"no such controller: {use} cannot be used"));
        }
        if (host.Mode != CgroupMode.V2)
            found.Add(host.V1("freezer") is not null ? new(HostState.Present, "cgroup freezer", "pause") : new(HostState.Limited, "cgroup freezer", "no such controller: containers cannot be paused"));
    }

    private static void Namespaces(List<HostFinding> found, Version? kernel)
    {
        foreach (string name in (ReadOnlySpan<string>)["mnt", "pid", "net", "ipc", "uts", "cgroup"])
            if (Sys.Statx(At.AT_FDCWD, $"/proc/self/ns/{name}", out _, 0) != 0)
                found.Add(new(HostState.Missing, $"{name} namespaces", "the kernel was built without them"));
        bool users = Sys.Statx(At.AT_FDCWD, "/proc/self/ns/user", out _, 0) == 0 && (SmallFile.ReadIfExists("/proc/sys/user/max_user_namespaces") ?? "0").Trim() != "0";
        found.Add(!users ? new(HostState.Limited, "user namespaces", "none may be made (user.max_user_namespaces): --userns cannot be used")
            : kernel >= s_mappedLayers ? new(HostState.Present, "user namespaces", "--userns")
            : new(HostState.Limited, "user namespaces", $"--userns needs Linux {s_mappedLayers} or newer, for id-mapped overlay layers"));
    }

    private static HostFinding SecurityModule()
    {
        string modules = (SmallFile.ReadIfExists("/sys/kernel/security/lsm") ?? "").Trim();
        return modules.Contains("apparmor", StringComparison.Ordinal) || modules.Contains("selinux", StringComparison.Ordinal)
            ? new(HostState.Present, "security module", modules) : new(HostState.Limited, "security module", "neither AppArmor nor SELinux: containers are confined without one");
    }

    private static void Programs(List<HostFinding> found, Places places)
    {
        found.Add(Sys.Statx(At.AT_FDCWD, places.Runtime, out var runtime, 0) == 0 && runtime.IsRegular
            ? new(HostState.Present, "sampan-runtime", places.Runtime) : new(HostState.Missing, "sampan-runtime", $"not at {places.Runtime}: it belongs beside sampan, or where SAMPAN_RUNTIME says"));
        foreach (var (program, use) in ((string, string)[])[("ps", "top"), ("criu", "checkpoints of sampan-runtime"), ("newuidmap", "user namespaces of ordinary users")])
            found.Add(HostProgram.Find(program) is { } path ? new(HostState.Present, program, path) : new(HostState.Limited, program, $"not installed: {use} cannot be used"));
    }

    /// <summary><c>6.1.0-13-amd64</c> is 6.1.0; null: not a version.</summary>
    private static Version? KernelVersion(string release)
    {
        int end = release.AsSpan().IndexOfAnyExcept("0123456789.");
        return Version.TryParse((end < 0 ? release : release[..end]).TrimEnd('.'), out var version) ? version : null;
    }
}
