namespace Sampan.Engine;

/// <summary>What a container has of others: paths of their namespaces, and of the files that belong to these.</summary>
public sealed record JoinedNamespaces
{
    public string? Network { get; init; }

    public string? Pid { get; init; }

    public string? Ipc { get; init; }

    /// <summary>A directory of the host that becomes /dev/shm, of the container's own or of the one it joins; null: one that nobody shares.</summary>
    public string? SharedMemory { get; init; }

    /// <summary>The directory with hosts, hostname and resolv.conf of the container whose network is joined; null: its own.</summary>
    public string? NetworkFiles { get; init; }
}
