namespace Sampan.Linux;

/// <summary>Capabilities: <see href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</see>.</summary>
public enum Capability
{
    CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP, CAP_LINUX_IMMUTABLE,
    CAP_NET_BIND_SERVICE, CAP_NET_BROADCAST, CAP_NET_ADMIN, CAP_NET_RAW, CAP_IPC_LOCK, CAP_IPC_OWNER, CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_CHROOT, CAP_SYS_PTRACE,
    CAP_SYS_PACCT, CAP_SYS_ADMIN, CAP_SYS_BOOT, CAP_SYS_NICE, CAP_SYS_RESOURCE, CAP_SYS_TIME, CAP_SYS_TTY_CONFIG, CAP_MKNOD, CAP_LEASE, CAP_AUDIT_WRITE,
    CAP_AUDIT_CONTROL, CAP_SETFCAP, CAP_MAC_OVERRIDE, CAP_MAC_ADMIN, CAP_SYSLOG, CAP_WAKE_ALARM, CAP_BLOCK_SUSPEND, CAP_AUDIT_READ, CAP_PERFMON, CAP_BPF, CAP_CHECKPOINT_RESTORE,
}

/// <summary>Names and sets of capabilities.</summary>
public static class Capabilities
{
    /// <summary>The newest capability this program knows, as an index.</summary>
    public const int Last = (int)Capability.CAP_CHECKPOINT_RESTORE;

    /// <summary>The number of a name such as <c>CAP_CHOWN</c>; -1 when it is not one.</summary>
    public static int Parse(string name)
    {
        for (var c = (Capability)0; (int)c <= Last; c++)
        {
            if (Name(c) == name)
                return (int)c;
        }
        return -1;
    }

    /// <summary>The kernel's spelling; a switch, for Enum.ToString reads metadata, which a program of milliseconds pays for.</summary>
    public static string Name(Capability capability) => capability switch
    {
        Capability.CAP_CHOWN => nameof(Capability.CAP_CHOWN),
        Capability.CAP_DAC_OVERRIDE => nameof(Capability.CAP_DAC_OVERRIDE),
        Capability.CAP_DAC_READ_SEARCH => nameof(Capability.CAP_DAC_READ_SEARCH),
        Capability.CAP_FOWNER => nameof(Capability.CAP_FOWNER),
        Capability.CAP_FSETID => nameof(Capability.CAP_FSETID),
        Capability.CAP_KILL => nameof(Capability.CAP_KILL),
        Capability.CAP_SETGID => nameof(Capability.CAP_SETGID),
        Capability.CAP_SETUID => nameof(Capability.CAP_SETUID),
        Capability.CAP_SETPCAP => nameof(Capability.CAP_SETPCAP),
        Capability.CAP_LINUX_IMMUTABLE => nameof(Capability.CAP_LINUX_IMMUTABLE),
        Capability.CAP_NET_BIND_SERVICE => nameof(Capability.CAP_NET_BIND_SERVICE),
        Capability.CAP_NET_BROADCAST => nameof(Capability.CAP_NET_BROADCAST),
        Capability.CAP_NET_ADMIN => nameof(Capability.CAP_NET_ADMIN),
        Capability.CAP_NET_RAW => nameof(Capability.CAP_NET_RAW),
        Capability.CAP_IPC_LOCK => nameof(Capability.CAP_IPC_LOCK),
        Capability.CAP_IPC_OWNER => nameof(Capability.CAP_IPC_OWNER),
        Capability.CAP_SYS_MODULE => nameof(Capability.CAP_SYS_MODULE),
        Capability.CAP_SYS_RAWIO => nameof(Capability.CAP_SYS_RAWIO),
        Capability.CAP_SYS_CHROOT => nameof(Capability.CAP_SYS_CHROOT),
        Capability.CAP_SYS_PTRACE => nameof(Capability.CAP_SYS_PTRACE),
        Capability.CAP_SYS_PACCT => nameof(Capability.CAP_SYS_PACCT),
        Capability.CAP_SYS_ADMIN => nameof(Capability.CAP_SYS_ADMIN),
        Capability.CAP_SYS_BOOT => nameof(Capability.CAP_SYS_BOOT),
        Capability.CAP_SYS_NICE => nameof(Capability.CAP_SYS_NICE),
        Capability.CAP_SYS_RESOURCE => nameof(Capability.CAP_SYS_RESOURCE),
        Capability.CAP_SYS_TIME => nameof(Capability.CAP_SYS_TIME),
        Capability.CAP_SYS_TTY_CONFIG => nameof(Capability.CAP_SYS_TTY_CONFIG),
        Capability.CAP_MKNOD => nameof(Capability.CAP_MKNOD),
        Capability.CAP_LEASE => nameof(Capability.CAP_LEASE),
        Capability.CAP_AUDIT_WRITE => nameof(Capability.CAP_AUDIT_WRITE),
        Capability.CAP_AUDIT_CONTROL => nameof(Capability.CAP_AUDIT_CONTROL),
        Capability.CAP_SETFCAP => nameof(Capability.CAP_SETFCAP),
        Capability.CAP_MAC_OVERRIDE => nameof(Capability.CAP_MAC_OVERRIDE),
        Capability.CAP_MAC_ADMIN => nameof(Capability.CAP_MAC_ADMIN),
        Capability.CAP_SYSLOG => nameof(Capability.CAP_SYSLOG),
        Capability.CAP_WAKE_ALARM => nameof(Capability.CAP_WAKE_ALARM),
        Capability.CAP_BLOCK_SUSPEND => nameof(Capability.CAP_BLOCK_SUSPEND),
        Capability.CAP_AUDIT_READ => nameof(Capability.CAP_AUDIT_READ),
        Capability.CAP_PERFMON => nameof(Capability.CAP_PERFMON),
        Capability.CAP_BPF => nameof(Capability.CAP_BPF),
        Capability.CAP_CHECKPOINT_RESTORE => nameof(Capability.CAP_CHECKPOINT_RESTORE),
        _ => $"CAP_{(int)capability}",
    };
}
