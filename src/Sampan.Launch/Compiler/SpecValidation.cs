using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>What is wrong with a specification whatever the host: every fault at once, one line each joined by semicolons.</summary>
internal static class SpecValidation
{
    public static void Check(Spec spec, string rootfs)
    {
        var faults = new List<string>();
        if (!SemanticVersion.IsMatch(spec.OciVersion!))
            faults.Add($"ociVersion: \"{spec.OciVersion}\" is not a version such as 1.3.0");
        else if (!spec.OciVersion!.StartsWith("1.", StringComparison.Ordinal))
            faults.Add($"ociVersion: \"{spec.OciVersion}\" is not a version this runtime knows (1.x)");
        if (spec.Root is null)
            faults.Add("root: missing");
        Namespaces(spec, faults);
        NetDeviceCheck.All(spec.Linux, faults);
        ResctrlSteps.Check(spec.Linux?.IntelRdt, faults);
        Mounts(spec, rootfs, faults);
        Absolute(spec.Linux?.MaskedPaths, "linux.maskedPaths", faults);
        Absolute(spec.Linux?.ReadonlyPaths, "linux.readonlyPaths", faults);
        if (spec.Annotations?.ContainsKey("") == true)
            faults.Add("annotations: a key must not be empty");
        HookCheck.All(spec.Hooks, faults);
        if (spec.Process is null)
            faults.Add("process: missing");
        else
            Process(spec.Process, "process", faults);
        Report(faults);
    }

    public static void CheckProcess(Process process, string field)
    {
        var faults = new List<string>();
        Process(process, field, faults);
        Report(faults);
    }

    public static void CheckHook(Hook hook, string field)
    {
        var faults = new List<string>();
        HookCheck.One(hook, field, faults);
        Report(faults);
    }

    private static void Report(List<string> faults)
    {
        if (faults.Count > 0)
            throw new SampanException(ErrorKind.InvalidArgument, string.Join("; ", faults));
    }

    private static void Process(Process process, string field, List<string> faults)
    {
        if (process.Args is not { Count: > 0 })
            faults.Add($"{field}.args: must not be empty");
        else if (process.Args[0].Length == 0)
            faults.Add($"{field}.args[0]: must not be empty");
        if (process.OomScoreAdj is < -1000 or > 1000)
            faults.Add($"{field}.oomScoreAdj: {process.OomScoreAdj} is not from -1000 to 1000");
        if (process is { Terminal: true, ConsoleSize: { Height: > ushort.MaxValue } or { Width: > ushort.MaxValue } })
            faults.Add($"{field}.consoleSize: {process.ConsoleSize.Width} by {process.ConsoleSize.Height} is more than a terminal can have, {ushort.MaxValue} by {ushort.MaxValue}");
        if (process.Cwd!.Length == 0 || process.Cwd[0] != '/')
            faults.Add($"{field}.cwd: \"{process.Cwd}\" is not an absolute path");
        for (int i = 0; i < (process.Args?.Count ?? 0); i++)
        {
            if (process.Args![i].Contains('\0'))
                faults.Add($"{field}.args[{i}]: may not contain a NUL");
        }
        for (int i = 0; i < (process.Env?.Count ?? 0); i++)
        {
            if (process.Env![i].Contains('\0'))
                faults.Add($"{field}.env[{i}]: may not contain a NUL");
            else if (process.Env![i].IndexOf('=') < 1)
                faults.Add($"{field}.env[{i}]: \"{process.Env[i]}\" is not NAME=VALUE");
        }
    }

    private static void Namespaces(Spec spec, List<string> faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var namespaces = spec.Linux?.Namespaces ?? [];
        for (int i = 0; i < namespaces.Count; i++)
        {
            string type = namespaces[i].Type!;
            if (namespaces[i].Path is { Length: > 0 } path && path[0] != '/')
                faults.Add($"linux.namespaces[{i}].path: \"{path}\" is not an absolute path");
            if (NamespaceSteps.FlagOf(type) == 0)
                faults.Add($"linux.namespaces[{i}].type: \"{type}\" is not a namespace (pid, network, mount, ipc, uts, user, cgroup, time)");
            else if (!seen.Add(type))
                faults.Add($"linux.namespaces[{i}].type: {type} is there twice");
        }
        bool newUser = namespaces.Exists(static ns => ns.Type == "user" && string.IsNullOrEmpty(ns.Path));
        if (newUser && (spec.Linux!.UidMappings is not { Count: > 0 } || spec.Linux.GidMappings is not { Count: > 0 }))
            faults.Add("linux.uidMappings, linux.gidMappings: a user namespace needs both");
        if (spec.Linux is not null)
            IdMapCheck.Maps(spec.Linux, faults);
        if (!seen.Contains("user") && spec.Linux?.UidMappings is { Count: > 0 })
            faults.Add("linux.uidMappings: need a user namespace");
        if (spec.Linux?.TimeOffsets is { Count: > 0 } && !namespaces.Exists(static ns => ns.Type == "time" && string.IsNullOrEmpty(ns.Path)))
            faults.Add("linux.timeOffsets: need a time namespace of the container's own");
        if (!seen.Contains("mount") && seen.Contains("user"))
            faults.Add("linux.namespaces: a user namespace needs a mount namespace, or its root may mount nothing");
    }

    private static void Absolute(List<string>? paths, string field, List<string> faults)
    {
        for (int i = 0; i < (paths?.Count ?? 0); i++)
        {
            if (!paths![i].StartsWith('/'))
                faults.Add($"{field}[{i}]: \"{paths[i]}\" is not an absolute path");
        }
    }

    // What would otherwise be passed over in silence.
    private static void Options(Spec spec, Mount mount, string field, List<string> faults)
    {
        var options = MountOptions.Parse(mount);
        if (options.CopyUp && (options.Bind || mount.Type != "tmpfs"))
            faults.Add($"{field}: tmpcopyup is for a tmpfs alone");
        if (!options.IdMap)
            return;
        if (!options.Bind || options.Remount)
            faults.Add($"{field}: only a bind mount can be id-mapped");
        IdMapCheck.Mount(mount, field, spec.Linux?.Namespaces?.Exists(static ns => ns.Type == "user") == true, faults);
    }

    // What may be mounted below /proc: files that tools such as lxcfs replace. Anything else could fake what the kernel says there (CVE-2019-16884).
    private static readonly string[] AllowedInProc =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg", "/proc/slabinfo",
        "/proc/net/dev", "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ];

    private static void Mounts(Spec spec, string rootfs, List<string> faults)
    {
        var mounts = spec.Mounts ?? [];
        for (int i = 0; i < mounts.Count; i++)
        {
            string destination = MountSteps.Place(mounts[i].Destination!, rootfs);
            if (mounts[i].Destination!.Length == 0)
                faults.Add($"mounts[{i}].destination: must not be empty");
            Options(spec, mounts[i], $"mounts[{i}]", faults);
            if (destination == "/proc" && mounts[i].Type != "proc" && !(MountOptions.Parse(mounts[i]).Bind && mounts[i].Source == "/proc"))
                faults.Add($"mounts[{i}]: /proc can only be a proc file system");
            else if (destination.StartsWith("/proc/", StringComparison.Ordinal) && Array.IndexOf(AllowedInProc, destination) < 0)
                faults.Add($"mounts[{i}]: {destination} cannot be mounted over, because it is inside /proc");
        }
    }
}
