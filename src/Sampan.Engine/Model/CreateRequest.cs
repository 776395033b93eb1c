namespace Sampan.Engine;

/// <summary>A container to be made.</summary>
public sealed class CreateRequest
{
    /// <summary>null: one is invented.</summary>
    public string? Name { get; init; }

    public required ContainerSettings Config { get; init; }

    public required HostConfig HostConfig { get; init; }
}
