using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>What is done when the machine has come up.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>
    /// Starts the containers that are to run whenever the machine does: those with the policy <c>always</c>, and those with <c>unless-stopped</c> that nobody
    /// has stopped. One that has never been started is left alone, and one that runs, too. Oldest first.
    /// </summary>
    /// <param name="started">Told of each container that was started.</param>
    /// <param name="problem">Told of each that could not be, or not be read.</param>
    public void StartAtBoot(Action<ContainerRecord> started, Action<string> problem)
    {
        var records = List(problem);
        records.Reverse();
        foreach (var record in records)
            try
            {
                if (!BelongsToBoot(record) || Start(record, null) is not { } session)
                    continue;
                session.Dispose();
                started(record);
            }
            catch (SampanException e)
            {
                problem($"{record.Name}: {e.Message}");
            }
    }

    /// <summary>Ends the containers that <see cref="StartAtBoot"/> starts, all at once. Nobody has stopped them for good: that starts them again.</summary>
    /// <param name="timeout">As <see cref="Stop(ContainerRecord, int?, Linux.Signal?)"/>.</param>
    public void StopAtShutdown(int? timeout, Action<ContainerRecord> stopped, Action<string> problem)
    {
        var running = List(problem).FindAll(record => record.Started && record.HostConfig!.Restart.Kind is RestartKind.Always or RestartKind.UnlessStopped && StatusOf(record).IsRunning);
        // Asked first and waited for afterwards, so that together they take no longer than the slowest of them.
        foreach (var record in running)
            Try(record, () => Ask(record));
        foreach (var record in running)
            if (Try(record, () => Stop(record, timeout, null, byUser: false)))
                stopped(record);

        bool Try(ContainerRecord record, Action action)
        {
            try
            {
                action();
                return true;
            }
            catch (SampanException e)
            {
                problem($"{record.Name}: {e.Message}");
                return false;
            }
        }
    }

    private void Ask(ContainerRecord record)
    {
        using var process = Halted(record, byUser: false);
        process?.Signal(StopSignalOf(record));
    }

    private bool BelongsToBoot(ContainerRecord record)
    {
        var policy = record.HostConfig!.Restart.Kind;
        if (policy is not (RestartKind.Always or RestartKind.UnlessStopped) || (!record.Started && record.StartError is null))
            return false;
        var status = StatusOf(record);
        return !status.IsRunning && (policy == RestartKind.Always || !status.StoppedByUser);
    }
}
