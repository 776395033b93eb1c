namespace Sampan.Engine;

/// <summary>A container to be made.</summary>
public sealed class CreateRequest
{
    /// <summary>null: one is invented.</summary>
    public string? Name { get; init; }

    /// <summary>What its image must be for; null: whatever is here, or suits this machine.</summary>
    public Images.ImagePlatform? Platform { get; set; }

    public required ContainerSettings Config { get; init; }

    public required HostConfig HostConfig { get; init; }
}
