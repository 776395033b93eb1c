using Sampan.Engine.Monitoring;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>What a container may be waited for to be.</summary>
public enum WaitCondition
{
    /// <summary>It does not run.</summary>
    NotRunning,

    /// <summary>It ends: one that does not run must be started before.</summary>
    NextExit,

    /// <summary>It has been removed.</summary>
    Removed,

    Running,
    Healthy,
    Unhealthy,
}

/// <summary>Waiting for containers.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Milliseconds between two looks at what nobody tells us of.</summary>
    private const int WaitLook = 50;

    /// <exception cref="SampanException">No such condition.</exception>
    public static WaitCondition ParseCondition(string text) => text switch
    {
        "not-running" or "stopped" or "exited" => WaitCondition.NotRunning,
        "next-exit" => WaitCondition.NextExit,
        "removed" => WaitCondition.Removed,
        "running" => WaitCondition.Running,
        "healthy" => WaitCondition.Healthy,
        "unhealthy" => WaitCondition.Unhealthy,
        _ => throw new SampanException(ErrorKind.InvalidArgument, $"invalid condition \"{text}\": want not-running, next-exit, removed, running, healthy or unhealthy"),
    };

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    /// <returns>The exit code; -1 where the container runs.</returns>
    /// <exception cref="SampanException">Conflict: it ended, so that it can be neither healthy nor unhealthy any more. NotFound: it was removed.</exception>
    public int Wait(ContainerRecord record, WaitCondition condition)
    {
        switch (condition)
        {
            case WaitCondition.NextExit:
                return Wait(Await(record, static status => status.Phase == ContainerPhase.Running));
            case WaitCondition.Removed:
                int code = Wait(Await(record, static _ => true));
                while (_containers.Exists(record.Id!))
                    LookLater(record);
                return code;
            case WaitCondition.Running:
                Await(record, static status => status.Phase == ContainerPhase.Running);
                return -1;
            case WaitCondition.Healthy or WaitCondition.Unhealthy:
                string wanted = condition == WaitCondition.Healthy ? HealthState.Healthy : HealthState.Unhealthy;
                var now = Await(record, status => !status.IsRunning || status.Health?.Status == wanted);
                return StatusOf(now).IsRunning ? -1 : throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is not running, so that it never becomes {wanted}");
            default:
                return Wait(record);
        }
    }

    /// <summary>Waits until the container does not run.</summary>
    /// <returns>Its exit code.</returns>
    public int Wait(ContainerRecord record)
    {
        // The monitor tells it itself: a container with --rm is gone before anybody could look.
        if (record.Started && MonitorClient.WaitExit(Places.Live(record.Id!)) is { } exit)
            return exit.ExitCode;
        using (var process = LiveProcess.Find(Places, record.Id!))
            process?.Wait(-1);
        AwaitMonitor(record);
        return StatusOf(record).ExitCode;
    }

    /// <returns>The record as it is by then.</returns>
    private ContainerRecord Await(ContainerRecord record, Func<ContainerStatus, bool> holds)
    {
        while (true)
        {
            var now = _containers.TryLoad(record.Id!) ?? throw new SampanException(ErrorKind.NotFound, $"container {record.Name} was removed");
            if (holds(StatusOf(now)))
                return now;
            LookLater(record);
        }
    }

    private void LookLater(ContainerRecord record)
    {
        using var changes = new FileWatch(Places.Container(record.Id!));
        changes.Wait(-1, WaitLook);
    }
}
