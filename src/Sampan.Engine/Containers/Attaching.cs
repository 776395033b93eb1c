namespace Sampan.Engine;

/// <summary>Joining a container that runs.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>That there is something to attach to.</summary>
    /// <exception cref="SampanException">Conflict: the container does not run.</exception>
    public void CheckAttachable(ContainerRecord record)
    {
        switch (StatusOf(record).Phase)
        {
            case ContainerPhase.Running:
                return;
            case ContainerPhase.Restarting:
                throw new SampanException(ErrorKind.Conflict, $"cannot attach to a restarting container, wait until it is running: {record.Name}");
            default:
                throw new SampanException(ErrorKind.Conflict, $"cannot attach to a stopped container, start it first (sampan start {record.Name})");
        }
    }
}
