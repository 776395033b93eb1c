using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>On which CPUs the process runs and from which nodes it gets memory, once it is in its cgroup.
/// Source: runtime-spec 1.3, config.md, <c>execCPUAffinity</c>; config-linux.md, "Memory policy".</summary>
public static class PlacementSteps
{
    /// <summary>The policies by name; each is its place in the list to set_mempolicy(2).</summary>
    public static IReadOnlyList<string> Modes { get; } =
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>Their flags: bits 13 and up.</summary>
    public static IReadOnlyList<string> Flags { get; } = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"];

    private const int CpuCount = 8192, NodeCount = 1024, FirstFlag = 13;

    /// <summary>Whatever CPUs the launcher is bound to, the container gets those of its cgroup: <see href="https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html">sched_setaffinity(2)</see>.</summary>
    internal static void ResetAffinity(OperationList child)
    {
        byte[] all = new byte[CpuCount / 8];
        Array.Fill(all, byte.MaxValue);
        child.For("(launch)", "CPUs");
        child.Call(SyscallNumber.sched_setaffinity, 0, all.Length, child.Data.Blob(all)).TolerateAll();
    }

    /// <summary>exec's CPUs: the launcher takes the initial ones, which the process inherits, and the final ones replace them.</summary>
    internal static void Affinity(LaunchPlan plan, ExecCpuAffinity? affinity, string field)
    {
        string? initial = affinity?.Initial, final = affinity?.Final;
        if (!string.IsNullOrEmpty(initial))
            Set(plan.Prepare, initial, $"{field}.initial");
        if (!string.IsNullOrEmpty(final))
            Set(plan.Child, final, $"{field}.final");
        else if (string.IsNullOrEmpty(initial))
            ResetAffinity(plan.Child);
    }

    private static void Set(OperationList list, string cpus, string field)
    {
        byte[] mask = IndexList.Parse(cpus, CpuCount, field);
        list.For(field, cpus);
        list.Call(SyscallNumber.sched_setaffinity, 0, mask.Length, list.Data.Blob(mask));
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/set_mempolicy.2.html">set_mempolicy(2)</see>; execve keeps it.</summary>
    internal static void Memory(OperationList child, LinuxMemoryPolicy? policy, HostFacts facts)
    {
        if (policy is null)
            return;
        const string Field = "linux.memoryPolicy";
        int mode = Mode(policy.Mode ?? "", facts);
        foreach (string flag in policy.Flags ?? [])
            mode |= Flag(flag);
        bool none = string.IsNullOrEmpty(policy.Nodes);
        if (policy.Mode is "MPOL_DEFAULT" or "MPOL_LOCAL" ? !none : none && policy.Mode != "MPOL_PREFERRED")
            throw Compilation.Invalid($"{Field}.nodes", none ? $"{policy.Mode} needs at least one node" : $"{policy.Mode} takes no nodes: mode requires 0 nodes but got {Count(policy.Nodes!)}");
        child.For(Field, none ? policy.Mode! : $"{policy.Mode} {policy.Nodes}");
        if (none)
            child.Call(SyscallNumber.set_mempolicy, mode, 0, 0);
        else // The kernel looks at one bit less than it is told of.
            child.Call(SyscallNumber.set_mempolicy, mode, child.Data.Blob(IndexList.Parse(policy.Nodes!, NodeCount, Nodes)), NodeCount + 1);
    }

    private const string Nodes = "linux.memoryPolicy.nodes: invalid memory policy node";

    private static int Count(string nodes)
    {
        int count = 0;
        foreach (byte bits in IndexList.Parse(nodes, NodeCount, Nodes))
            count += byte.PopCount(bits);
        return count;
    }

    private static int Mode(string name, HostFacts facts)
    {
        int mode = Place(Modes, name, "mode", "mode");
        Version? since = name switch { "MPOL_PREFERRED_MANY" => new(5, 15), "MPOL_WEIGHTED_INTERLEAVE" => new(6, 9), _ => null };
        return since is null || facts.Kernel >= since ? mode
            : throw new SampanException(ErrorKind.Unsupported, $"linux.memoryPolicy.mode: {name} needs Linux {since} or newer, this is {facts.Kernel}");
    }

    private static int Flag(string name) => 1 << FirstFlag + Place(Flags, name, "flags", "flag");

    private static int Place(IReadOnlyList<string> names, string name, string field, string what)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
                return i;
        }
        throw Compilation.Invalid($"linux.memoryPolicy.{field}", $"invalid memory policy {what} \"{name}\": it is none of {string.Join(", ", names)}");
    }
}
