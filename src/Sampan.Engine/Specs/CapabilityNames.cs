namespace Sampan.Engine;

/// <summary>Capabilities of <see href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</see>, and the choice that flags make among them.</summary>
public static class CapabilityNames
{
    /// <summary>In the kernel's order: the index is the number.</summary>
    public static ReadOnlySpan<string> All => All_;

    /// <summary>What a container has when nobody says otherwise: without MKNOD, NET_RAW and AUDIT_WRITE, which few programs miss and attackers want.</summary>
    public static ReadOnlySpan<string> Default => Default_;

    private static readonly string[] All_ =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
        "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE",
        "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP",
        "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM", "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF",
        "CAP_CHECKPOINT_RESTORE",
    ];

    private static readonly string[] Default_ =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
    ];

    /// <summary>The capabilities of a container, in the kernel's order.</summary>
    /// <param name="held">Bits of those this engine may hand out, the kernel's known ones; the rest cannot be given.</param>
    /// <exception cref="SampanException">A name the kernel does not know.</exception>
    public static List<string> Choose(bool privileged, List<string>? add, List<string>? drop, ulong held)
    {
        var (adds, addAll) = Bits(add);
        var (drops, dropAll) = Bits(drop);
        ulong chosen;
        if (privileged)
            chosen = held;
        else if (addAll)
            chosen = held & ~drops;
        else if (dropAll)
            chosen = adds;
        else
            chosen = (BitsOf(Default) & held & ~drops) | adds;
        var names = new List<string>();
        for (int i = 0; i < All.Length; i++)
            if ((chosen >> i & 1) != 0)
                names.Add(All[i]);
        return names;
    }

    private static (ulong Bits, bool All) Bits(List<string>? names)
    {
        ulong bits = 0;
        bool all = false;
        foreach (string given in names ?? [])
        {
            string name = given.ToUpperInvariant();
            if (name is "ALL" or "CAP_ALL")
            {
                all = true;
                continue;
            }
            if (!name.StartsWith("CAP_", StringComparison.Ordinal))
                name = "CAP_" + name;
            int number = All.IndexOf(name);
            if (number < 0)
                throw new SampanException(ErrorKind.InvalidArgument, $"invalid capability: \"{given}\"; capabilities(7) lists the names");
            bits |= 1UL << number;
        }
        return (bits, all);
    }

    private static ulong BitsOf(ReadOnlySpan<string> names)
    {
        ulong bits = 0;
        foreach (string name in names)
            bits |= 1UL << All.IndexOf(name);
        return bits;
    }
}
