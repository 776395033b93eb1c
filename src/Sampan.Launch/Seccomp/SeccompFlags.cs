using Sampan.Oci;

namespace Sampan.Launch;

/// <summary><c>SECCOMP_FILTER_FLAG_*</c> of <see href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</see>.</summary>
internal static class SeccompFlags
{
    /// <summary>Linux 5.19.</summary>
    public const uint WAIT_KILLABLE_RECV = 1 << 5;

    private const uint LOG = 1 << 1, SPEC_ALLOW = 1 << 2, NEW_LISTENER = 1 << 3;

    /// <summary>The flags a profile names, and the one its SCMP_ACT_NOTIFY rules need. One that has no list of flags, not even an empty one,
    /// gets SPEC_ALLOW as of runc: without it the kernel may switch off the processor's speculation around stores, which costs a lot.</summary>
    public static uint Parse(List<string>? names, bool listener, string path)
    {
        uint flags = listener ? NEW_LISTENER : 0;
        if (names is null)
            return flags | SPEC_ALLOW;
        for (int i = 0; i < names.Count; i++)
        {
            flags |= names[i] switch
            {
                "SECCOMP_FILTER_FLAG_TSYNC" => 0u, // the process has one thread: there is nobody to be given the filter, too
                "SECCOMP_FILTER_FLAG_LOG" => LOG,
                "SECCOMP_FILTER_FLAG_SPEC_ALLOW" => SPEC_ALLOW,
                "SECCOMP_FILTER_FLAG_NEW_LISTENER" when listener => NEW_LISTENER,
                "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV" when listener => WAIT_KILLABLE_RECV,
                "SECCOMP_FILTER_FLAG_NEW_LISTENER" or "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
                    => throw new OciFormatException($"{path}.flags[{i}]", $"{names[i]} needs a rule with SCMP_ACT_NOTIFY"),
                _ => throw new OciFormatException($"{path}.flags[{i}]", $"unknown flag \"{names[i]}\""),
            };
        }
        return flags;
    }
}
