namespace Sampan.Engine;

/// <summary>What makes a container less isolated than by default, in a line each.</summary>
internal static class IsolationReport
{
    public static List<string> Of(ContainerRecord record)
    {
        var host = record.HostConfig!;
        var list = new List<string>();
        When(host.Privileged, "--privileged: all capabilities, all devices, no seccomp filter, nothing of /proc and /sys hidden");
        When(host.NetworkMode == "host", "--network host: shares the host's network, with its abstract unix sockets");
        When(host.PidMode == "host", "--pid host: sees and signals the host's processes");
        When(host.IpcMode == "host", "--ipc host: shares the host's shared memory and message queues");
        When(host.UTSMode == "host", "--uts host: shares the host's name");
        When(host.CgroupnsMode == "host", "--cgroupns host: sees the host's cgroups");
        Joined(host.NetworkMode, "--network", "network");
        Joined(host.PidMode, "--pid", "processes");
        Joined(host.IpcMode, "--ipc", "shared memory and message queues");
        When(host.IpcMode == "shareable", "--ipc shareable: other containers may join its shared memory");
        When(record.Driver == DirectoryDriver.DriverName, $"--rootfs {record.Layers?.FirstOrDefault()}: writes to a directory of the host");
        foreach (string rule in host.DeviceCgroupRules ?? [])
            list.Add($"--device-cgroup-rule '{rule}': devices of the host");
        foreach (string name in host.CapAdd ?? [])
            list.Add($"--cap-add {name}: a capability beyond the default");
        foreach (string option in host.SecurityOpt ?? [])
        {
            When(option is "seccomp=unconfined" or "seccomp:unconfined", $"--security-opt {option}: no filter of system calls");
            When(option.StartsWith("seccomp={", StringComparison.Ordinal), "--security-opt seccomp=FILE: another filter of system calls than the default");
            When(option == "apparmor=unconfined", $"--security-opt {option}: no AppArmor profile");
            When(option is "writable-cgroups" or "writable-cgroups=true", $"--security-opt {option}: may change the limits of its own cgroups' children");
            When(option == "systempaths=unconfined", $"--security-opt {option}: nothing of /proc and /sys hidden");
        }
        foreach (var device in host.Devices ?? [])
            list.Add($"--device {device.PathOnHost}: a device of the host");
        foreach (string sysctl in host.Sysctls?.Keys ?? Enumerable.Empty<string>())
            list.Add($"--sysctl {sysctl}: a kernel parameter of the container's namespaces");
        When(host.PidsLimit is <= 0, "--pids-limit: no limit of processes");
        foreach (var mount in record.Mounts ?? [])
            When(mount.Source is "/" or "/proc" or "/sys" or "/dev" or "/etc" or "/var/run/docker.sock" or "/run", $"-v {mount.Source}: a directory that the host's safety rests on");
        return list;

        void Joined(string? mode, string flag, string what) => When(ContainerMode.Donor(mode) is not null, $"{flag} {mode}: shares another container's {what}");

        void When(bool weaker, string words)
        {
            if (weaker)
                list.Add(words);
        }
    }
}
