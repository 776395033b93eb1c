namespace Sampan.Engine;

/// <summary>A container to be made.</summary>
public sealed class CreateRequest
{
    /// <summary>null: one is invented.</summary>
    public string? Name { get; init; }

    /// <summary>What its image must be for; null: whatever is here, or suits this machine.</summary>
    public Images.ImagePlatform? Platform { get; set; }

    /// <summary>A container that has the name is killed and removed.</summary>
    public bool Replace { get; init; }

    /// <summary>A directory of the host instead of an image; with <c>:O</c> at its end under an overlay whose changes go at the next start.</summary>
    public string? Rootfs { get; init; }

    public required ContainerSettings Config { get; init; }

    public required HostConfig HostConfig { get; init; }
}
