using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary><see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory">Documentation/admin-guide/cgroup-v2.rst, "Memory"</see>.</summary>
internal static class V2Memory
{
    public static void Add(List<CgroupWrite> writes, LinuxMemory? memory)
    {
        if (memory is null)
            return;
        const string field = ResourceWrites.Root + ".memory";
        Refuse(memory.DisableOomKiller == true, $"{field}.disableOOMKiller: cgroup v2 cannot turn the OOM killer off");
        Refuse(memory.Swappiness is not null, $"{field}.swappiness: cgroup v2 has no swappiness of a cgroup's own");
        Refuse(memory.UseHierarchy == false, $"{field}.useHierarchy: cgroup v2 always accounts hierarchically");
        Refuse(memory.KernelTcp is not (null or 0 or -1), $"{field}.kernelTCP: cgroup v2 has no limit of TCP buffers");

        // Swap first: a lower memory limit may push pages out at once, into what swap is allowed by then.
        if (SwapOf(memory) is { } swap)
            // Without swap accounting there is nothing to allow or to forbid.
            writes.Add(new("memory", "memory.swap.max", swap, memory.Swap is null or 0 ? $"{field}.limit" : $"{field}.swap") { Optional = swap is "max" or "0" });
        if (memory.Limit is { } limit and not 0)
            writes.Add(new("memory", "memory.max", ResourceWrites.MaxOr(limit), $"{field}.limit"));
        if (memory.Reservation is { } reservation and not 0)
            writes.Add(new("memory", "memory.low", ResourceWrites.MaxOr(reservation), $"{field}.reservation"));
    }

    /// <summary>The specification's swap is memory and swap together, as v1's memsw; v2 counts swap alone.</summary>
    internal static string? SwapOf(LinuxMemory? memory) => memory?.Swap switch
    {
        null or 0 => memory?.Limit == -1 ? "max" : null,
        -1 => "max",
        { } both => $"{both - memory!.Limit}",
    };

    private static void Refuse(bool asked, string message)
    {
        if (asked)
            throw new SampanException(ErrorKind.Unsupported, message);
    }
}
