namespace Sampan.Linux;

/// <summary>Resource limits: <see href="https://man7.org/linux/man-pages/man2/prlimit.2.html">prlimit(2)</see>.</summary>
public enum RlimitResource
{
    RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE,
    RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE, RLIMIT_NICE, RLIMIT_RTPRIO, RLIMIT_RTTIME,
}

/// <summary>struct rlimit64; 16 bytes. <see cref="RLIM_INFINITY"/>: no limit.</summary>
public struct rlimit64
{
    public const ulong RLIM_INFINITY = ulong.MaxValue;

    public ulong rlim_cur;
    public ulong rlim_max;
}

public static unsafe partial class Sys
{
    /// <summary>Reads the caller's limit.</summary>
    public static nint GetRlimit(RlimitResource resource, out rlimit64 limit)
    {
        fixed (rlimit64* p = &limit)
            return Call(SyscallNumber.prlimit64, 0, (nint)resource, 0, (nint)p);
    }
}

/// <summary>Names of resource limits.</summary>
public static class Rlimits
{
    private static readonly string[] Names =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME",
    ];

    /// <summary>The number of a name such as <c>RLIMIT_NOFILE</c>; -1 when it is not one.</summary>
    public static int Parse(string name) => Array.IndexOf(Names, name);

    public static string Name(int resource) => Names[resource];
}
