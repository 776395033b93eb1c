using Sampan.Engine.Monitoring;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Joining a container that runs.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Connects to a container's monitor.</summary>
    /// <exception cref="SampanException">Conflict: the container does not run, or its monitor is gone, and with it who would pass anything on.</exception>
    public MonitorSession Attach(ContainerRecord record, AttachFlags flags)
    {
        CheckAttachable(record);
        try
        {
            return MonitorClient.Attach(Places.Live(record.Id!), flags);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.Conflict)
        {
            // It may have ended just now.
            CheckAttachable(record);
            throw new SampanException(ErrorKind.Conflict, $"cannot attach to container {record.Name}: its monitor was killed; restart the container (sampan restart {record.Name})", e);
        }
    }

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
