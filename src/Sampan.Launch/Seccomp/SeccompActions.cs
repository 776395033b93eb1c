using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>Return values of a filter: <c>SECCOMP_RET_*</c> of linux/seccomp.h.</summary>
internal static class SeccompActions
{
    public const uint KillProcess = 0x80000000;
    public const uint KillThread = 0x00000000;
    public const uint Trap = 0x00030000;
    public const uint Errno = 0x00050000;
    public const uint Notify = 0x7FC00000;
    public const uint Trace = 0x7FF00000;
    public const uint Log = 0x7FFC0000;
    public const uint Allow = 0x7FFF0000;

    private const uint EPERM = 1;
    private const uint MAX_ERRNO = 4095;

    /// <summary>The return value of an action such as <c>SCMP_ACT_ERRNO</c>.</summary>
    /// <exception cref="OciFormatException">Unknown, or an errno that it does not take.</exception>
    public static uint Parse(string? action, uint? errno, string path, string actionField, string errnoField)
    {
        uint value = action switch
        {
            "SCMP_ACT_KILL" or "SCMP_ACT_KILL_THREAD" => KillThread,
            "SCMP_ACT_KILL_PROCESS" => KillProcess,
            "SCMP_ACT_TRAP" => Trap,
            "SCMP_ACT_ERRNO" => Errno,
            "SCMP_ACT_NOTIFY" => Notify,
            "SCMP_ACT_TRACE" => Trace,
            "SCMP_ACT_LOG" => Log,
            "SCMP_ACT_ALLOW" => Allow,
            null or "" => throw new OciFormatException($"{path}.{actionField}", "missing"),
            _ => throw new OciFormatException($"{path}.{actionField}", $"unknown action \"{action}\""),
        };
        if (value is Errno or Trace)
        {
            // The kernel would silently make 4095 of a larger errno, and cut a larger message for the tracer to 16 bits.
            uint most = value == Errno ? MAX_ERRNO : ushort.MaxValue;
            if (errno > most)
                throw new OciFormatException($"{path}.{errnoField}", $"want 0 to {most}, not {errno}");
            return value | (errno ?? EPERM);
        }
        // runtime-spec 1.3, config-linux.md, "Seccomp": an errno for an action that takes none must fail.
        if (errno is not null)
            throw new OciFormatException($"{path}.{errnoField}", $"{action} takes no errno");
        return value;
    }

    /// <summary>Whether the call goes on, or is left to somebody who knows better than the filter which calls exist.</summary>
    public static bool Permits(uint action) => (action & 0xFFFF0000) is Allow or Log or Trace;
}
