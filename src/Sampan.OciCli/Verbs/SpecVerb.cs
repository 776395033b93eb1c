using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.OciCli;

/// <summary>`spec`: a config.json to begin with, the same container that runc's `spec` describes.</summary>
internal static class SpecVerb
{
    public static int Run(ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, "bundle,b=", "rootless");
        string directory = Path.GetFullPath(arguments.Value("bundle") ?? ".");
        string file = $"{directory}/config.json";
        if (Sys.Statx(At.AT_FDCWD, file, out _) >= 0)
            throw new SampanException(ErrorKind.AlreadyExists, $"File {file} exists. Remove it first");
        DurableFile.Write(file, ExampleSpec.Make(arguments.Flag("rootless")).ToJson(indented: true), mode: 0x1B6, sync: false);
        return 0;
    }
}

/// <summary>A container with a shell, five namespaces more than the host has to share, and little else.</summary>
internal static class ExampleSpec
{
    public static Spec Make(bool rootless) => new()
    {
        OciVersion = "1.3.0",
        Process = new Process
        {
            Terminal = true,
            User = new User(),
            Args = ["sh"],
            Env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
            Cwd = "/",
            Capabilities = new LinuxCapabilities { Bounding = Few(), Effective = Few(), Permitted = Few() },
            Rlimits = [new PosixRlimit { Type = "RLIMIT_NOFILE", Hard = 1024, Soft = 1024 }],
            NoNewPrivileges = true,
        },
        Root = new Root { Path = "rootfs", Readonly = true },
        Hostname = "sampan",
        Mounts = Mounts(rootless),
        Linux = new LinuxSpec
        {
            Resources = rootless ? null : new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }] },
            UidMappings = rootless ? [new LinuxIdMapping { HostID = Id(SyscallNumber.geteuid), Size = 1 }] : null,
            GidMappings = rootless ? [new LinuxIdMapping { HostID = Id(SyscallNumber.getgid), Size = 1 }] : null,
            Namespaces = Namespaces(rootless),
            MaskedPaths = ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi"],
            ReadonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    };

    private static uint Id(SyscallNumber call) => (uint)Sys.Call(call);

    private static List<string> Few() => ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];

    private static List<LinuxNamespace> Namespaces(bool rootless)
    {
        var types = new List<LinuxNamespace>();
        foreach (string type in (string[])["pid", "network", "ipc", "uts", "mount", "cgroup"])
        {
            // As runc: a cgroup namespace where the host has nothing but cgroup v2.
            if (type == "network" ? !rootless : type != "cgroup" || Sys.FileSystemType("/sys/fs/cgroup") == FileSystemMagic.CGROUP2_SUPER_MAGIC)
                types.Add(new LinuxNamespace { Type = type });
        }
        if (rootless)
            types.Add(new LinuxNamespace { Type = "user" });
        return types;
    }

    private static List<Mount> Mounts(bool rootless)
    {
        List<string> devpts = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"];
        if (!rootless)
            devpts.Add("gid=5");
        return
        [
            new() { Destination = "/proc", Type = "proc", Source = "proc" },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = devpts },
            new() { Destination = "/dev/shm", Type = "tmpfs", Source = "shm", Options = ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
            new() { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue", Options = ["nosuid", "noexec", "nodev"] },
            rootless
                ? new() { Destination = "/sys", Type = "none", Source = "/sys", Options = ["rbind", "nosuid", "noexec", "nodev", "ro"] }
                : new() { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", "ro"] },
        ];
    }
}
