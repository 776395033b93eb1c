using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>All that a specification is made of.</summary>
public sealed class SpecInput
{
    public required ContainerRecord Record { get; init; }

    public required UserIdentity User { get; init; }

    public required EngineFacts Facts { get; init; }

    /// <summary>The container's directory: absolute.</summary>
    public required string Bundle { get; init; }

    /// <summary>Of other containers.</summary>
    public JoinedNamespaces Joined { get; init; } = new();

    /// <summary>The filter of system calls, or null for none.</summary>
    public LinuxSeccomp? Seccomp { get; init; }
}
