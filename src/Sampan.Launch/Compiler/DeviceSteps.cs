using System.Globalization;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>Device nodes and the links of /dev. Source: runtime-spec 1.3, config-linux.md, "Devices" and "Default Devices".</summary>
internal static class DeviceSteps
{
    public static void All(Compilation c)
    {
        if (!c.NewMountNamespace)
            return;
        if (!HostDev(c))
        {
            c.Child.For("linux.devices", "/dev");
            c.OpenTarget("/dev", TargetKind.Directory, Slot.Dev, Compilation.InRootNoLinks);
            // mknod(2) takes the umask off the mode: these modes are meant as they are.
            c.Child.Call(SyscallNumber.umask, 0);
            foreach (var device in Defaults())
            {
                // What is mounted in its place, as some do with /dev/random, is what is wanted there.
                if (Find(c.Linux.Devices, device.Path!) is null && !(c.Spec.Mounts ?? []).Exists(m => c.Destination(m) == device.Path))
                    Node(c, device, "linux.devices");
            }
            for (int i = 0; i < (c.Linux.Devices?.Count ?? 0); i++)
                Node(c, c.Linux.Devices![i], $"linux.devices[{i}]");
            c.Child.Call(SyscallNumber.umask, 0x12); // 022
            Links(c);
        }
    }

    // A /dev of the host's, bound in, is left as it is.
    private static bool HostDev(Compilation c)
        => (c.Spec.Mounts ?? []).Any(m => c.Destination(m) == "/dev" && MountOptions.Parse(m).Bind);

    private static LinuxDevice? Find(List<LinuxDevice>? devices, string path) => devices?.Find(d => MountSteps.Clean(d.Path!) == path);

    private static List<LinuxDevice> Defaults() =>
    [
        new() { Path = "/dev/null", Type = "c", Major = 1, Minor = 3, FileMode = 0x1B6 },
        new() { Path = "/dev/zero", Type = "c", Major = 1, Minor = 5, FileMode = 0x1B6 },
        new() { Path = "/dev/full", Type = "c", Major = 1, Minor = 7, FileMode = 0x1B6 },
        new() { Path = "/dev/random", Type = "c", Major = 1, Minor = 8, FileMode = 0x1B6 },
        new() { Path = "/dev/urandom", Type = "c", Major = 1, Minor = 9, FileMode = 0x1B6 },
        new() { Path = "/dev/tty", Type = "c", Major = 5, Minor = 0, FileMode = 0x1B6 },
    ];

    private static void Node(Compilation c, LinuxDevice device, string field)
    {
        string path = MountSteps.Clean(device.Path!);
        c.Child.For(field, path);
        uint type = device.Type switch
        {
            "c" or "u" => InodeMode.S_IFCHR,
            "b" => InodeMode.S_IFBLK,
            "p" => InodeMode.S_IFIFO,
            _ => throw Compilation.Invalid($"{field}.type", string.Create(CultureInfo.InvariantCulture, $"\"{device.Type}\" is none of c, b, u, p")),
        };
        ulong number = type == InodeMode.S_IFIFO ? 0 : MakeDev(device, field);
        if ((c.InUserNamespace || c.Facts.Nested) && type != InodeMode.S_IFIFO)
        {
            // mknod(2) is the host root's alone: the host's node is bound in, if it is the one that is meant.
            c.CloneTree(At.AT_FDCWD, path);
            c.Child.Special(OpCode.CheckNode, Slot.Mount, type, number);
            c.OpenTarget(path, TargetKind.File, Slot.Target, Compilation.InRootNoLinks);
            c.Attach();
            return;
        }
        var directory = Slot.Dev;
        if (!path.StartsWith("/dev/", StringComparison.Ordinal) || path.IndexOf('/', 5) >= 0)
        {
            directory = Slot.File;
            c.OpenTarget(path[..Math.Max(1, path.LastIndexOf('/'))], TargetKind.Directory, directory);
        }
        var name = c.Child.Text(path[(path.LastIndexOf('/') + 1)..]);
        // An image without a /dev of its own mounted may bring its nodes.
        c.Child.Special(OpCode.MakeNode, directory, name, type | (device.FileMode ?? 0x1B6) & 0xFFF, number);
        if ((device.Uid ?? 0) != 0 || (device.Gid ?? 0) != 0)
            c.Child.Call(SyscallNumber.fchownat, directory, name, device.Uid ?? 0, device.Gid ?? 0, At.AT_SYMLINK_NOFOLLOW);
    }

    // As mknod(2) takes it, which is not as wide as makedev(3): the kernel would cut a greater number in silence.
    private static ulong MakeDev(LinuxDevice device, string field)
    {
        const long MaxMajor = 0xFFF, MaxMinor = 0xFFFFF;
        if (device.Major is < 0 or > MaxMajor)
            throw Compilation.Invalid($"{field}.major", string.Create(CultureInfo.InvariantCulture, $"{device.Major} is not from 0 to {MaxMajor}"));
        if (device.Minor is < 0 or > MaxMinor)
            throw Compilation.Invalid($"{field}.minor", string.Create(CultureInfo.InvariantCulture, $"{device.Minor} is not from 0 to {MaxMinor}"));
        return (ulong)(device.Major << 8 | (device.Minor & 0xFFF00) << 12 | device.Minor & 0xFF);
    }

    // runtime-spec 1.3, runtime-linux.md, "Dev symbolic links".
    private static void Links(Compilation c)
    {
        c.Child.For("linux.devices", "/dev");
        Link(c, "/proc/self/fd", "fd");
        Link(c, "/proc/self/fd/0", "stdin");
        Link(c, "/proc/self/fd/1", "stdout");
        Link(c, "/proc/self/fd/2", "stderr");
        if (c.Facts.KindOf("/proc/kcore") != HostPathKind.Missing)
            Link(c, "/proc/kcore", "core");
        if ((c.Spec.Mounts ?? []).Any(static m => m.Type == "devpts"))
        {
            c.Child.Call(SyscallNumber.unlinkat, Slot.Dev, c.Child.Text("ptmx"), 0).Tolerate(Errno.ENOENT);
            Link(c, "pts/ptmx", "ptmx");
        }
    }

    private static void Link(Compilation c, string target, string name)
        => c.Child.Call(SyscallNumber.symlinkat, c.Child.Text(target), Slot.Dev, c.Child.Text(name)).Tolerate(Errno.EEXIST);
}
