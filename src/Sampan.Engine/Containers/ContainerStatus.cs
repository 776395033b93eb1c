using Sampan.Engine.Monitoring;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Where a container is in its life; the words of Docker in lower case.</summary>
public enum ContainerPhase
{
    Created,
    Running,
    Paused,

    /// <summary>It has ended, and its monitor waits to start it again.</summary>
    Restarting,
    Exited,
}

/// <summary>What is true of a container at this moment.</summary>
public sealed record ContainerStatus(ContainerPhase Phase)
{
    /// <summary>The exit code of a container whose end nobody saw: the machine stopped, or its monitor was killed.</summary>
    public const int UnseenExitCode = 255;

    /// <summary>The first process, in our PID namespace; 0 when there is none.</summary>
    public int Pid { get; init; }

    public int ExitCode { get; init; }

    public bool OomKilled { get; init; }

    /// <summary>The number of the signal that ended the first process, or 0.</summary>
    public int Signal { get; init; }

    /// <summary>Empty when all is well.</summary>
    public string Error { get; init; } = "";

    /// <summary>RFC 3339; null: never.</summary>
    public string? StartedAt { get; init; }

    public string? FinishedAt { get; init; }

    /// <summary>By its restart policy, since somebody started it.</summary>
    public int RestartCount { get; init; }

    /// <summary>What the checks of its health have said; null: it is not checked.</summary>
    public HealthState? Health { get; init; }

    /// <summary>Its end was asked for.</summary>
    public bool StoppedByUser { get; init; }

    /// <summary>Somebody looks after it: it runs, be it frozen, or soon will again.</summary>
    public bool IsRunning => Phase is ContainerPhase.Running or ContainerPhase.Paused or ContainerPhase.Restarting;

    /// <summary>Asks the kernel (a lock held by the monitor, a process that is there) and then the record of the last exit.</summary>
    internal static ContainerStatus Of(Places places, ContainerRecord record)
    {
        var status = WithoutHealth(places, record);
        return HealthChecks.CommandOf(record.Config!) is null || status.Phase == ContainerPhase.Created ? status
            : status with { Health = HealthOf(places, record, status.IsRunning) };
    }

    // Docker's word for a container that does not run is unhealthy, whatever it was.
    private static HealthState HealthOf(Places places, ContainerRecord record, bool runs)
    {
        var health = HealthState.Read(places.Live(record.Id!)) ?? new HealthState();
        if (!runs)
            health.Status = HealthState.Unhealthy;
        return health;
    }

    private static ContainerStatus WithoutHealth(Places places, ContainerRecord record)
    {
        if (!record.Started)
            return new ContainerStatus(ContainerPhase.Created) { Error = record.StartError ?? "", ExitCode = record.StartExitCode };
        string bundle = places.Container(record.Id!);
        var exit = ExitRecord.Read(bundle);
        if (exit is { Restarting: false })
            return Exited(exit);
        using (var process = LiveProcess.Find(places, record.Id!))
            if (process is not null)
                return new ContainerStatus(process.IsPaused ? ContainerPhase.Paused : ContainerPhase.Running)
                {
                    Pid = process.Pid, StartedAt = process.StartedAt, RestartCount = exit?.RestartCount ?? 0,
                };
        // No process: it is being started, it is just ending, or nobody saw its end.
        if (MonitorClient.IsAlive(places.Live(record.Id!)))
            return exit is null ? new ContainerStatus(ContainerPhase.Running) : Exited(exit) with { Phase = ContainerPhase.Restarting };
        return ExitRecord.Read(bundle) is { } late && !(late.Restarting && LiveProcess.WasCreatedAfter(places, record.Id!, late.FinishedAt))
            ? Exited(late)
            : new ContainerStatus(ContainerPhase.Exited) { ExitCode = UnseenExitCode, Error = "its end was not seen: the machine or the monitor was stopped" };
    }

    private static ContainerStatus Exited(ExitRecord exit) => new(ContainerPhase.Exited)
    {
        ExitCode = exit.ExitCode, OomKilled = exit.OomKilled, Error = exit.Error ?? "", StartedAt = exit.StartedAt, FinishedAt = exit.FinishedAt,
        Signal = exit.Signal, RestartCount = exit.RestartCount, StoppedByUser = exit.StoppedByUser,
    };
}
