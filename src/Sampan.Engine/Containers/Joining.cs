namespace Sampan.Engine;

/// <summary>Containers in the namespaces of others.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Containers may join one that joins another; further than this is a circle that somebody made by hand.</summary>
    private const int LongestChain = 32;

    /// <summary>Modes as the record has them. Names become ids: a container keeps its id, and may be renamed.</summary>
    /// <exception cref="SampanException">NotFound: there is no such container.</exception>
    private void ResolveDonors(ContainerSettings config, HostConfig host)
    {
        host.PidMode = Resolved(host.PidMode);
        // Said, as Docker's inspect says them.
        host.IpcMode = string.IsNullOrEmpty(host.IpcMode) ? "private" : Resolved(host.IpcMode);
        host.CgroupnsMode = string.IsNullOrEmpty(host.CgroupnsMode) ? "private" : host.CgroupnsMode;
        if (ContainerMode.Donor(host.NetworkMode) is not { } name)
            return;
        var donor = Find(name);
        host.NetworkMode = ContainerMode.Of(donor.Id!);
        // One network, one name.
        config.Hostname = donor.Config!.Hostname;
        config.Domainname ??= donor.Config.Domainname;
    }

    private string? Resolved(string? mode) => ContainerMode.Donor(mode) is { } name ? ContainerMode.Of(Find(name).Id!) : mode;

    /// <exception cref="SampanException">Conflict: one of those it joins does not run.</exception>
    private JoinedNamespaces JoinedBy(ContainerRecord record)
    {
        var host = record.HostConfig!;
        return new JoinedNamespaces
        {
            Network = NamespaceOf(record, host.NetworkMode, "net", "network"),
            Pid = NamespaceOf(record, host.PidMode, "pid", "PID namespace"),
            Ipc = NamespaceOf(record, host.IpcMode, "ipc", "IPC namespace"),
            SharedMemory = SharedMemoryFor(record),
            NetworkFiles = ContainerMode.Donor(host.NetworkMode) is null ? null : Places.Container(Last(record, static host => host.NetworkMode).Id!),
        };
    }

    private string? NamespaceOf(ContainerRecord record, string? mode, string file, string what)
    {
        if (ContainerMode.Donor(mode) is not { } id)
            return null;
        var donor = DonorOf(record, id, what);
        using var process = LiveProcess.Find(Places, id);
        return process is not null ? $"/proc/{process.Pid}/ns/{file}"
            : throw new SampanException(ErrorKind.Conflict, $"cannot join the {what} of a non running container: {donor.Name}: start it first (sampan start {donor.Name})");
    }

    private ContainerRecord DonorOf(ContainerRecord record, string id, string what)
        => _containers.TryLoad(id) ?? throw new SampanException(ErrorKind.NotFound, $"container {record.Name} is to join the {what} of container {id[..12]}, which was removed: make it anew");

    /// <summary>The container whose namespace it is, at the end of the chain.</summary>
    private ContainerRecord Last(ContainerRecord record, Func<HostConfig, string?> mode)
    {
        for (int i = 0; i < LongestChain && ContainerMode.Donor(mode(record.HostConfig!)) is { } id; i++)
            record = DonorOf(record, id, "namespace");
        return record;
    }

    private string? SharedMemoryFor(ContainerRecord record)
    {
        var owner = Last(record, static host => host.IpcMode);
        switch (owner.HostConfig!.IpcMode)
        {
            case "shareable":
                return SharedMemory.Of(Places.Container(owner.Id!));
            case "host" when owner != record:
                return "/dev/shm";
            default:
                return owner == record ? null
                    : throw new SampanException(ErrorKind.Conflict, $"cannot join the IPC namespace of container {owner.Name}: non-shareable IPC (hint: run {owner.Name} with --ipc shareable)");
        }
    }
}
