using Sampan.Runtime;

namespace Sampan.Engine;

/// <summary>Letting a container stand still, and go on.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Stops every process of a container where it is.</summary>
    /// <exception cref="SampanException">Conflict: it does not run, or stands still already.</exception>
    public void Pause(ContainerRecord record)
    {
        var status = StatusOf(record);
        if (!status.IsRunning)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is not running: only a running container can be paused");
        if (status.Phase == ContainerPhase.Paused)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is already paused");
        new ContainerRuntime(Places.RuntimeState).Pause(record.Id!);
        Tell(record, "pause");
    }

    /// <exception cref="SampanException">Conflict: it is not paused.</exception>
    public void Unpause(ContainerRecord record)
    {
        if (StatusOf(record).Phase != ContainerPhase.Paused)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is not paused");
        new ContainerRuntime(Places.RuntimeState).Resume(record.Id!);
        Tell(record, "unpause");
    }
}
