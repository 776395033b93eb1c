namespace Sampan.Launch;

/// <summary>A filter as <see href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</see> takes it.</summary>
public sealed class SeccompProgram
{
    /// <summary>struct sock_filter, 8 bytes each, in the byte order of the machine; at most 4096 of them.</summary>
    public required byte[] Filter { get; init; }

    /// <summary><c>SECCOMP_FILTER_FLAG_*</c>.</summary>
    public required uint Flags { get; init; }

    /// <summary>Whether a rule says SCMP_ACT_NOTIFY: seccomp(2) then answers with a descriptor that belongs to the profile's listenerPath.</summary>
    public required bool NeedsListener { get; init; }

    /// <summary>How many instructions <see cref="Filter"/> has.</summary>
    public int Instructions => Filter.Length / 8;
}
