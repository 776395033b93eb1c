using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// The class of service that the container's process gets its share of caches and memory bandwidth by, and the group it is watched in. Source: runtime-spec 1.3,
/// config-linux.md, "IntelRdt"; <see href="https://docs.kernel.org/filesystems/resctrl.html">Documentation/filesystems/resctrl.rst</see>.
/// </summary>
public static class ResctrlSteps
{
    private const string Field = "linux.intelRdt";

    /// <exception cref="SampanException">It is mounted nowhere.</exception>
    public static string Root(string? mounted) => mounted
        ?? throw new SampanException(ErrorKind.Unsupported, $"{Field}: no resctrl file system is mounted on this host (mount -t resctrl resctrl /sys/fs/resctrl, where the processor has it)");

    /// <summary>The directory of the class.</summary>
    /// <param name="root">Where resctrl is mounted.</param>
    public static string Class(LinuxIntelRdt rdt, string id, string root) => rdt.ClosID switch
    {
        null or "" => $"{root}/{id}",
        "/" => root,
        _ => $"{root}/{rdt.ClosID}",
    };

    /// <summary>The directory of the monitoring group; null: none is asked for.</summary>
    public static string? Monitor(LinuxIntelRdt rdt, string id, string root) => rdt.EnableMonitoring ? $"{Class(rdt, id, root)}/mon_groups/{id}" : null;

    /// <summary>The parent opens the groups' files, which the child's user may not; the child enters before anything else of it runs.</summary>
    internal static void Enter(LaunchPlan plan, LinuxIntelRdt? rdt, string id, HostFacts facts)
    {
        if (rdt is null)
            return;
        string root = Root(facts.Resctrl);
        EnterGroup(plan, Class(rdt, id, root));
        if (Monitor(rdt, id, root) is { } monitor)
            EnterGroup(plan, monitor);
    }

    private static void EnterGroup(LaunchPlan plan, string directory)
    {
        var slot = plan.NewSlot();
        plan.Prepare.For(Field, directory);
        plan.Prepare.Call(SyscallNumber.openat, At.AT_FDCWD, plan.Prepare.Text($"{directory}/tasks"), OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC).Into(slot);
        // 0 is whoever writes it, in whatever PID namespace.
        plan.Child.For(Field, directory);
        plan.Child.Special(OpCode.Write, slot, plan.Child.Text("0"), 1);
    }

    /// <exception cref="SampanException">What is wrong whatever the host.</exception>
    public static void Check(LinuxIntelRdt rdt)
    {
        var faults = new List<string>();
        Check(rdt, faults);
        if (faults.Count > 0)
            throw new SampanException(ErrorKind.InvalidArgument, string.Join("; ", faults));
    }

    internal static void Check(LinuxIntelRdt? rdt, List<string> faults)
    {
        if (rdt is null)
            return;
        // One name in a directory, and none of resctrl's own.
        if (rdt.ClosID is { Length: > 0 } clos && clos != "/" && (clos is "." or ".." or "info" or "mon_groups" or "mon_data" || clos.AsSpan().ContainsAny('/', '\n')))
            faults.Add($"{Field}.closID: \"{clos}\" is not the name of a class of service");
        if (rdt.MemBwSchema is { Length: > 0 } bandwidth && !bandwidth.StartsWith("MB:", StringComparison.Ordinal))
            faults.Add($"{Field}.memBwSchema: \"{bandwidth}\" does not begin with MB:");
        OneLine(rdt.L3CacheSchema, $"{Field}.l3CacheSchema", faults);
        OneLine(rdt.MemBwSchema, $"{Field}.memBwSchema", faults);
        for (int i = 0; i < (rdt.Schemata?.Count ?? 0); i++)
            OneLine(rdt.Schemata![i], $"{Field}.schemata[{i}]", faults);
    }

    private static void OneLine(string? schema, string field, List<string> faults)
    {
        if (schema?.Contains('\n') == true)
            faults.Add($"{field}: may not contain a newline");
    }
}
