using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>An image out of a container.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Makes an image of the container's image and what the container changed; volumes are no part of it.</summary>
    /// <param name="pause">The container stands still while its files are read, so that none is caught half written.</param>
    public Image Commit(ContainerRecord record, bool pause, CommitOptions options)
    {
        if (record.IdMappings is { Count: > 0 })
            throw new SampanException(ErrorKind.Unsupported, $"container {record.Name} has a user namespace: the owners of its files are those of this host, and commit cannot translate them yet");
        if (record.ImageId!.Length == 0)
            throw new SampanException(ErrorKind.Unsupported, $"container {record.Name} was made from the directory {record.Layers![0]}, not from an image: commit has nothing to build on");
        using var locked = ContainerLock.Take(_containers, record);
        var parent = Images.Find(record.ImageId!) ?? throw new SampanException(ErrorKind.NotFound, $"cannot commit {record.Name}: its image {record.ImageId} was removed");
        using var paused = pause && record.Started && StatusOf(record).Phase == ContainerPhase.Running ? PausedContainer.Freeze(Places, record) : null;
        var image = Images.Commit(parent, Driver(record.Driver), Places.Container(record.Id!), options with
        {
            Config = ImageConfigOf(record.Config!, parent.Config.Config),
            CreatedBy = string.Join(' ', record.Command!),
            HasRead = () => paused?.Dispose(),
        });
        Tell(record, "commit", ("comment", options.Message ?? ""), ("imageID", image.Id.ToString()), ("imageRef", options.Reference ?? ""));
        return image;
    }

    private static ContainerConfig ImageConfigOf(ContainerSettings config, ContainerConfig? parent) => new()
    {
        User = config.User, ExposedPorts = config.ExposedPorts, Env = config.Env, Entrypoint = config.Entrypoint, Cmd = config.Cmd, Volumes = config.Volumes,
        WorkingDir = config.WorkingDir, Labels = config.Labels, StopSignal = config.StopSignal, StopTimeout = config.StopTimeout,
        Shell = parent?.Shell, OnBuild = parent?.OnBuild, Healthcheck = parent?.Healthcheck,
    };
}
