using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>What a specification depends on of this host; gathered before, so that building one is pure.</summary>
public sealed record EngineFacts
{
    /// <summary>Hard limit of this process for open files; <see cref="ulong.MaxValue"/>: none.</summary>
    public required ulong OpenFilesLimit { get; init; }

    /// <summary>Hard limit of this process for processes of a user.</summary>
    public required ulong ProcessesLimit { get; init; }

    /// <summary>Bits of the capabilities this engine can hand out.</summary>
    public required ulong Capabilities { get; init; }

    /// <summary>The kernel can limit memory and swap together.</summary>
    public required bool SwapLimit { get; init; }

    /// <summary>Devices of the host for a privileged container; empty when none is wanted.</summary>
    public List<LinuxDevice> HostDevices { get; init; } = [];

    /// <summary>Numbers of the block devices that limits name, by their paths.</summary>
    public Dictionary<string, (uint Major, uint Minor)> BlockDevices { get; init; } = [];
}
