using System.Globalization;

using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>Asks the host what a specification depends on, and no more than this container needs.</summary>
internal static class FactProbe
{
    public static EngineFacts Gather(HostConfig host)
    {
        return new EngineFacts
        {
            OpenFilesLimit = HardLimit(RlimitResource.RLIMIT_NOFILE),
            ProcessesLimit = HardLimit(RlimitResource.RLIMIT_NPROC),
            Capabilities = PermittedCapabilities(),
            SwapLimit = host.Memory is > 0 && HasSwapLimit(),
            HostDevices = host.Privileged ? HostDevices.AllAnd(host.Devices) : HostDevices.Of(host.Devices),
            BlockDevices = BlockDevices(host),
        };
    }

    private static Dictionary<string, (uint, uint)> BlockDevices(HostConfig host)
    {
        var devices = new Dictionary<string, (uint, uint)>(StringComparer.Ordinal);
        foreach (string path in SpecBlockIo.Paths(host))
        {
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, path, out var stat, 0), "stat device", path);
            if (stat.Type != InodeMode.S_IFBLK)
                throw new SampanException(ErrorKind.InvalidArgument, $"{path} is not a block device: only those have weights and rates");
            devices[path] = (stat.stx_rdev_major, stat.stx_rdev_minor);
        }
        return devices;
    }

    private static ulong HardLimit(RlimitResource resource)
    {
        LinuxException.Check(Sys.GetRlimit(resource, out var limit), "prlimit");
        return limit.rlim_max;
    }

    /// <summary>CapPrm of /proc/self/status: nobody hands on what he has not.</summary>
    private static ulong PermittedCapabilities()
    {
        string status = SmallFile.Read("/proc/self/status");
        int at = status.IndexOf("CapPrm:", StringComparison.Ordinal);
        int end = status.IndexOf('\n', at);
        return ulong.Parse(status.AsSpan(at + 7, end - at - 7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    private static bool HasSwapLimit()
        => Sys.Statx(At.AT_FDCWD, "/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes", out _) == 0
            || (Sys.Statx(At.AT_FDCWD, "/sys/fs/cgroup/cgroup.controllers", out _) == 0 && Sys.Statx(At.AT_FDCWD, "/proc/swaps", out _) == 0);
}

/// <summary>Device nodes of the host.</summary>
internal static class HostDevices
{
    /// <summary>What a container has of its own, or what is no device of the machine.</summary>
    private static readonly string[] Own = ["pts", "shm", "fd", "mqueue", ".udev", "console", "ptmx", "core", "null", "zero", "full", "random", "urandom", "tty"];

    /// <summary>Those that were named; a directory stands for all devices in it.</summary>
    public static List<LinuxDevice> Of(List<DeviceMapping>? mappings)
    {
        var devices = new List<LinuxDevice>();
        foreach (var mapping in mappings ?? [])
        {
            int before = devices.Count;
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, mapping.PathOnHost!, out var stat, 0), "stat device", mapping.PathOnHost!);
            if (stat.IsDirectory)
                Collect(mapping.PathOnHost!, mapping.PathInContainer!, [], devices);
            else
                Add(mapping.PathInContainer!, stat, devices);
            if (devices.Count == before)
                throw new SampanException(ErrorKind.InvalidArgument, $"{mapping.PathOnHost} is not a device");
        }
        return devices;
    }

    /// <summary>All of /dev, and those of <paramref name="mappings"/> that are to have another name.</summary>
    public static List<LinuxDevice> AllAnd(List<DeviceMapping>? mappings)
    {
        var devices = new List<LinuxDevice>();
        Collect("/dev", "/dev", Own, devices);
        foreach (var device in Of(mappings?.FindAll(static mapping => mapping.PathOnHost != mapping.PathInContainer)))
        {
            devices.RemoveAll(other => other.Path == device.Path);
            devices.Add(device);
        }
        return devices;
    }

    private static void Collect(string host, string inside, string[] except, List<LinuxDevice> devices)
    {
        foreach (string name in Directories.NamesIfExists(host) ?? [])
        {
            if (Array.IndexOf(except, name) >= 0 || Sys.Statx(At.AT_FDCWD, $"{host}/{name}", out var stat) != 0)
                continue;
            if (stat.IsDirectory)
                Collect($"{host}/{name}", $"{inside}/{name}", [], devices);
            else
                Add($"{inside}/{name}", stat, devices);
        }
    }

    private static void Add(string path, in statx stat, List<LinuxDevice> devices)
    {
        if (stat.Type is InodeMode.S_IFCHR or InodeMode.S_IFBLK)
            devices.Add(new LinuxDevice
            {
                Path = path, Type = stat.Type == InodeMode.S_IFCHR ? "c" : "b", Major = stat.stx_rdev_major, Minor = stat.stx_rdev_minor,
                FileMode = (uint)(stat.stx_mode & InodeMode.Permissions), Uid = stat.stx_uid, Gid = stat.stx_gid,
            });
    }
}
