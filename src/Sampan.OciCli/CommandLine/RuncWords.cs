using Sampan.Launch;
using Sampan.Oci;

namespace Sampan.OciCli;

/// <summary>What those who know runc's output look for in ours.</summary>
internal static class RuncWords
{
    /// <summary>Who calls us runc reads failures of a launch as runc tells them; anybody else gets them as they are.</summary>
    public static string? Failure(string program, string verb, string message) => (program, verb) switch
    {
        ("runc", "run" or "create") when message.StartsWith("exec ", StringComparison.Ordinal) => message, // by then runc is the container's process itself
        ("runc", "run" or "create") when message.StartsWith("mounts[", StringComparison.Ordinal)
            => $"runc {verb} failed: unable to start container process: error during container init: error mounting {message}",
        ("runc", "run" or "create") => $"runc {verb} failed: {Fault(message)}{message}",
        _ => null,
    };

    private static string Fault(string message)
    {
        foreach (var (field, words) in Faults)
            if (message.Contains(field, StringComparison.Ordinal))
                return words + ": ";
        return "";
    }

    private static readonly (string Field, string Words)[] Faults =
    [
        ("linux.memoryPolicy.mode: ", "invalid memory policy mode"), ("linux.memoryPolicy.flags: ", "invalid memory policy flag"), ("linux.memoryPolicy.nodes: ", "invalid memory policy node"),
    ];

    /// <summary>For the debug log: a container's first process is about to be made.</summary>
    public static void Launching(GlobalOptions global, LinuxSeccomp? seccomp)
    {
        if (!global.DebugLog)
            return;
        global.Debug("nsexec container setup");
        if (seccomp is not null)
            global.Debug($"seccomp filter flags: {SeccompCompiler.Compile(seccomp).Flags}");
    }

    /// <summary>It is set up.</summary>
    public static void Launched(GlobalOptions global)
    {
        global.Debug("child process in init()");
        global.Debug("init: closing the pipe to signal completion");
    }

    /// <summary>One more process is about to be made, on the CPUs it begins with.</summary>
    public static void Joining(GlobalOptions global, ExecCpuAffinity? affinity)
    {
        global.Debug("nsexec container setup");
        if (affinity?.Initial is { Length: > 0 } cpus)
            global.Debug($"nsexec: affinity: 0x{Hex(IndexList.Parse(cpus, 1024, "process.execCPUAffinity.initial"))}");
    }

    private static string Hex(byte[] mask)
    {
        Array.Reverse(mask);
        return Convert.ToHexStringLower(mask).TrimStart('0');
    }

    /// <summary>It runs.</summary>
    public static void Joined(GlobalOptions global)
    {
        global.Debug("child process in init()");
        global.Debug("setns_init: about to exec");
    }
}
