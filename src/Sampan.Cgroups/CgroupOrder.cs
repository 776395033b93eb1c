using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>What a container's cgroup is to be.</summary>
/// <param name="Resources">Devices are denied but for what these allow (the default set of the specification among them: the caller adds it).</param>
public sealed record CgroupOrder(LinuxResources Resources)
{
    /// <summary>Made for an ordinary user, who may not filter devices: then nobody does.</summary>
    public bool Rootless { get; init; }

    /// <summary>Who is given the cgroup on v2, that he may divide it; a user of this process's namespace. Null: nobody. See <see cref="CgroupOwnership"/>.</summary>
    public uint? Owner { get; init; }

    /// <summary>Of a systemd unit, besides what the resources come to.</summary>
    public IReadOnlyList<UnitProperty> Properties { get; init; } = [];

    /// <summary>Does what only root may, unless nobody expects it of this process.</summary>
    internal void Privileged(Action step)
    {
        try
        {
            step();
        }
        catch (SampanException e) when (Rootless && e.Kind == ErrorKind.PermissionDenied)
        {
            // As runc: access to the nodes of /dev is all that holds him back.
        }
    }
}
