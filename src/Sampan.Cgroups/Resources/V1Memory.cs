using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary><see href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html">Documentation/admin-guide/cgroup-v1/memory.rst</see>.</summary>
internal static class V1Memory
{
    public static void Add(List<CgroupWrite> writes, LinuxMemory? memory)
    {
        if (memory is null)
            return;
        const string field = ResourceWrites.Root + ".memory";
        // The only hierarchy there is since Linux 5.11: what asks for it has it where the file is gone, and what does not is refused by the kernel.
        if (memory.UseHierarchy is { } hierarchy)
            writes.Add(new("memory", "memory.use_hierarchy", hierarchy ? "1" : "0", $"{field}.useHierarchy") { Optional = hierarchy });
        if (memory.Limit is { } limit and not 0)
            writes.Add(new("memory", "memory.limit_in_bytes", $"{limit}", $"{field}.limit"));
        if (memory.Swap is { } swap and not 0)
            writes.Add(new("memory", "memory.memsw.limit_in_bytes", $"{swap}", $"{field}.swap"));
        else if (memory.Limit == -1)
            // No limit of memory means none of memory and swap together either; else the old one, from an earlier limit, would still hold.
            writes.Add(new("memory", "memory.memsw.limit_in_bytes", "-1", $"{field}.limit") { Optional = true });
        if (memory.Reservation is { } reservation and not 0)
            writes.Add(new("memory", "memory.soft_limit_in_bytes", $"{reservation}", $"{field}.reservation"));
        // memory.kernel: the kernel has ignored its file since 5.16, and the specification advises against it.
        if (memory.KernelTcp is { } tcp and not 0)
            writes.Add(new("memory", "memory.kmem.tcp.limit_in_bytes", $"{tcp}", $"{field}.kernelTCP"));
        if (memory.DisableOomKiller is { } disabled)
            writes.Add(new("memory", "memory.oom_control", disabled ? "1" : "0", $"{field}.disableOOMKiller"));
        if (memory.Swappiness is { } swappiness)
            writes.Add(new("memory", "memory.swappiness", $"{swappiness}", $"{field}.swappiness"));
    }
}
