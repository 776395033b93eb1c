using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>From <c>--userns</c> to the ids of the host that stand for the container's.</summary>
internal static class IdMappings
{
    /// <summary>Ids a container gets: enough for nobody (65534).</summary>
    public const uint Size = 65536;

    /// <summary>First id that all containers with <c>remap</c> share.</summary>
    private const uint SharedFirst = 100_000;

    /// <summary>Where the ranges of <c>auto</c> begin and end: above what useradd(8) hands out in /etc/subuid.</summary>
    private const uint AutoFirst = 1_000_000_000, AutoLast = 2_000_000_000;

    /// <summary>The mapping of <paramref name="mode"/>; null: no user namespace.</summary>
    /// <param name="taken">Mappings of all other containers, asked only when needed.</param>
    public static List<LinuxIdMapping>? Parse(string? mode, Func<IEnumerable<LinuxIdMapping>> taken) => mode switch
    {
        null or "" or "host" => null,
        "remap" => [new LinuxIdMapping { ContainerID = 0, HostID = SharedFirst, Size = Size }],
        "auto" => [new LinuxIdMapping { ContainerID = 0, HostID = Free(taken()), Size = Size }],
        _ => mode.Split(',').Select(part => One(part, mode)).ToList(),
    };

    private static LinuxIdMapping One(string text, string mode)
    {
        string[] parts = text.Split(':');
        if (parts.Length == 3 && Ids.TryParse(parts[0], out uint inside) && Ids.TryParse(parts[1], out uint outside) && Ids.TryParse(parts[2], out uint size)
            && size > 0 && (ulong)inside + size <= uint.MaxValue && (ulong)outside + size <= uint.MaxValue)
            return new LinuxIdMapping { ContainerID = inside, HostID = outside, Size = size };
        throw new SampanException(ErrorKind.InvalidArgument, $"invalid userns mode: {mode}: want host, auto, remap, or container-id:host-id:size");
    }

    private static uint Free(IEnumerable<LinuxIdMapping> taken)
    {
        var used = new HashSet<uint>();
        foreach (var mapping in taken)
            used.Add(mapping.HostID);
        for (uint first = AutoFirst; first < AutoLast; first += Size)
            if (!used.Contains(first))
                return first;
        throw new SampanException(ErrorKind.System, "no range of user ids is left for --userns=auto: remove containers that have one");
    }

    /// <summary>Held from the choice of a range until the record that names it is on disk.</summary>
    public static FileLock Lock(Places places) => FileLock.Take($"{places.Root}/userns.lock");

    /// <summary>The container's id for the host's <paramref name="id"/>; that of nobody (65534) where it has none.</summary>
    public static uint Inside(List<LinuxIdMapping>? mappings, uint id)
    {
        if (mappings is null or [])
            return id;
        foreach (var mapping in mappings)
            if (id >= mapping.HostID && id - mapping.HostID < mapping.Size)
                return mapping.ContainerID + (id - mapping.HostID);
        return 65534;
    }

    /// <summary>The host's id for the container's <paramref name="id"/>.</summary>
    /// <exception cref="SampanException">The container has no such id.</exception>
    public static uint Outside(List<LinuxIdMapping>? mappings, uint id)
    {
        if (mappings is null or [])
            return id;
        foreach (var mapping in mappings)
            if (id >= mapping.ContainerID && id - mapping.ContainerID < mapping.Size)
                return mapping.HostID + (id - mapping.ContainerID);
        throw new SampanException(ErrorKind.InvalidArgument, $"the container's user namespace has no id {id}: nothing can belong to it");
    }

    /// <summary>The host's id of the container's root.</summary>
    public static uint Root(List<LinuxIdMapping>? mappings)
    {
        foreach (var mapping in mappings ?? [])
            if (mapping.ContainerID == 0)
                return mapping.HostID;
        return 0;
    }
}
