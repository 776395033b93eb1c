using Sampan.Engine.Monitoring;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>The restart policy. Its container's monitor keeps it; see docs/monitor.md.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Whether a restart policy may start the container again when it ends.</summary>
    public bool Restarts(ContainerRecord record) => record.HostConfig!.Restart.Kind != RestartKind.No;

    /// <summary>Gives the container another restart policy, also while it runs.</summary>
    /// <exception cref="SampanException">Conflict: a container that is removed at its end cannot be started again.</exception>
    public void ChangeRestart(ContainerRecord record, RestartPolicy policy)
    {
        using var locked = ContainerLock.Take(_containers, record);
        var now = _containers.TryLoad(record.Id!) ?? record;
        if (now.HostConfig!.AutoRemove && policy.Kind != RestartKind.No)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name}: restart policy cannot be updated because it is removed when it exits (--rm)");
        now.HostConfig.RestartPolicy = RestartSetting.Of(policy);
        _containers.Save(now, durable: true);
        if (now.Started)
            MonitorClient.ChangeRestart(Places.Live(now.Id!), policy);
    }
}
