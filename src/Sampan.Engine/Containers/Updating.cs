using Sampan.Engine.Monitoring;
using Sampan.Runtime;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Changing a container that is there.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Sets new limits, at once where the container runs, and for every later start.</summary>
    /// <param name="change">Changes a copy of the container's configuration; what it leaves alone stays.</param>
    /// <exception cref="SampanException">InvalidArgument: limits that make no sense together. Nothing has changed then.</exception>
    public void Update(ContainerRecord record, Action<HostConfig> change)
    {
        using var locked = ContainerLock.Take(_containers, record);
        var current = _containers.TryLoad(record.Id!) ?? record;
        var restart = current.HostConfig!.Restart;
        var host = Oci.JsonReading.Read<HostConfig>(current.HostConfig!.ToJson());
        change(host);
        if (host.Restart.Kind != RestartKind.No && host.AutoRemove)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name}: restart policy cannot be updated because it is removed when it exits (--rm)");
        RequestValidation.CheckRestart(host);
        RequestValidation.CheckLimits(host);
        if (current.Started && StatusOf(current).Phase is ContainerPhase.Running or ContainerPhase.Paused)
            new ContainerRuntime(Places.RuntimeState).Update(current.Id!, SpecResources.Limits(host, FactProbe.Gather(host)));
        current.HostConfig = record.HostConfig = host;
        _containers.Save(current, durable: !host.AutoRemove);
        if (current.Started && restart != host.Restart)
            MonitorClient.ChangeRestart(Places.Live(current.Id!), host.Restart);
        Tell(current, "update");
    }
}
