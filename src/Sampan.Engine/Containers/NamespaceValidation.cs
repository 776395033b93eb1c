namespace Sampan.Engine;

/// <summary>What can be said against the namespaces of a request, and what contradicts them.</summary>
internal static class NamespaceValidation
{
    /// <exception cref="SampanException">The first fault, in words that show what was asked.</exception>
    public static void Check(ContainerSettings config, HostConfig host)
    {
        if (host.IpcMode is not (null or "" or "private" or "shareable" or "none" or "host") && ContainerMode.Donor(host.IpcMode) is null)
            throw Invalid($"invalid IPC mode: {host.IpcMode}: want private, shareable, none, host or container:NAME");
        if (host.PidMode is not (null or "" or "private" or "host") && ContainerMode.Donor(host.PidMode) is null)
            throw Invalid($"invalid PID mode: {host.PidMode}: want private, host or container:NAME");
        if (host.UTSMode is not (null or "" or "host"))
            throw Invalid($"invalid UTS mode: {host.UTSMode}: want host, or nothing");
        if (host.CgroupnsMode is not (null or "" or "private" or "host"))
            throw Invalid($"invalid CGROUP mode: {host.CgroupnsMode}: want private or host");
        if (host.Isolation is not (null or "" or "default"))
            throw Invalid($"invalid isolation '{host.Isolation}' on linux: want default");
        bool named = !string.IsNullOrEmpty(config.Hostname);
        if (host.UTSMode == "host" && (named || !string.IsNullOrEmpty(config.Domainname)))
            throw Invalid($"conflicting options: {(named ? "hostname" : "domainname")} and the UTS mode");
        if (ContainerMode.Donor(host.NetworkMode) is not null && named)
            throw Invalid("conflicting options: hostname and the network mode");
        // procfs and mqueue are mounted by whoever owns the namespace they show.
        if (host.UsernsMode is not (null or "" or "host") && (ContainerMode.Donor(host.PidMode) ?? ContainerMode.Donor(host.IpcMode)) is { } donor)
            throw Invalid($"conflicting options: a user namespace of its own (--userns {host.UsernsMode}) and the PID or IPC namespace of container {donor}, which belongs to another");
    }

    private static SampanException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
