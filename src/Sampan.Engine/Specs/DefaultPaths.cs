namespace Sampan.Engine;

/// <summary>Files of procfs and sysfs that tell about the host or change it: what Docker hides and what podman hides, together.</summary>
internal static class DefaultPaths
{
    public static List<string> Masked =>
    [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
        "/proc/timer_list", "/proc/timer_stats", "/sys/dev/block", "/sys/devices/virtual/powercap", "/sys/firmware", "/sys/fs/selinux",
    ];

    public static List<string> Readonly => ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
}
