namespace Sampan.Runtime;

/// <summary>What checkpoint and restore have in common. Paths are absolute.</summary>
public sealed class CriuSettings
{
    /// <summary>Where CRIU's images are.</summary>
    public required string ImagePath { get; init; }

    /// <summary>Where logs go; null: to the images.</summary>
    public string? WorkPath { get; init; }

    public bool TcpEstablished { get; init; }

    public bool ExternalUnixSockets { get; init; }

    public bool ShellJob { get; init; }

    public bool FileLocks { get; init; }

    public bool AutoDedup { get; init; }

    public bool LazyPages { get; init; }

    /// <summary>soft, full, strict or ignore; null is CRIU's default, soft.</summary>
    public string? ManageCgroupsMode { get; init; }

    internal CriuCgroupMode CgroupMode => ManageCgroupsMode switch
    {
        null or "" => CriuCgroupMode.DEFAULT,
        "soft" => CriuCgroupMode.SOFT,
        "full" => CriuCgroupMode.FULL,
        "strict" => CriuCgroupMode.STRICT,
        "ignore" => CriuCgroupMode.IGNORE,
        var other => throw new SampanException(ErrorKind.InvalidArgument, $"invalid manage-cgroups-mode value \"{other}\": want soft, full, strict or ignore"),
    };

    internal string LogPath(string file) => $"{WorkPath ?? ImagePath}/{file}";
}

/// <summary>How to checkpoint a container.</summary>
public sealed class CheckpointOptions
{
    public required CriuSettings Criu { get; init; }

    /// <summary>Relative to <see cref="CriuSettings.ImagePath"/>: images of an earlier pre-dump, of which unchanged memory is not saved again.</summary>
    public string? ParentPath { get; init; }

    public bool LeaveRunning { get; init; }

    /// <summary>Saves memory alone and leaves the container running, so that the checkpoint that follows has less to save.</summary>
    public bool PreDump { get; init; }

    public bool TcpSkipInFlight { get; init; }

    public bool LinkRemap { get; init; }

    /// <summary>Where pages go instead of to the images.</summary>
    public (string Address, int Port)? PageServer { get; init; }

    /// <summary>Gets a zero byte when pages can be asked for (<see cref="CriuSettings.LazyPages"/>), and is closed then; -1: none.</summary>
    public int StatusFd { get; init; } = -1;
}

/// <summary>How to restore a container.</summary>
public sealed class RestoreOptions
{
    public required CriuSettings Criu { get; init; }

    /// <inheritdoc cref="CreateOptions.SystemdCgroup"/>
    public bool SystemdCgroup { get; init; }

    /// <summary>Such as <c>apparmor:NAME</c>; null: the one it had.</summary>
    public string? LsmProfile { get; init; }

    public string? LsmMountContext { get; init; }
}
