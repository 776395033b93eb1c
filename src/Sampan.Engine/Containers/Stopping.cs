using Sampan.Engine.Monitoring;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Ending a container's processes.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Seconds between the stop signal and SIGKILL when nobody says otherwise.</summary>
    private const int DefaultStopTimeout = 10;

    /// <summary>Asks the container to end, and kills it when it has not in time. One that does not run is left as it is.</summary>
    /// <param name="timeout">Seconds; null: the container's own; negative: for ever.</param>
    /// <param name="signal">null: the container's own, else SIGTERM.</param>
    public void Stop(ContainerRecord record, int? timeout, Signal? signal = null)
    {
        using (var process = LiveProcess.Find(Places, record.Id!))
        {
            if (process is null)
            {
                AwaitMonitor(record);
                return;
            }
            long seconds = timeout ?? record.Config!.StopTimeout ?? DefaultStopTimeout;
            process.Signal(signal ?? StopSignalOf(record));
            if (!process.Wait(seconds < 0 ? -1 : seconds * 1000))
            {
                process.Signal(Signal.SIGKILL);
                process.Wait(-1);
            }
        }
        AwaitMonitor(record);
    }

    /// <summary>Sends <paramref name="signal"/> to the first process.</summary>
    /// <exception cref="SampanException">Conflict: the container does not run.</exception>
    public void Kill(ContainerRecord record, Signal signal)
    {
        using var process = LiveProcess.Find(Places, record.Id!);
        if (process is null || !process.Signal(signal))
            throw new SampanException(ErrorKind.Conflict, $"cannot kill container: {record.Name}: container {record.ShortId} is not running");
        if (signal != Signal.SIGKILL)
            return;
        process.Wait(-1);
        AwaitMonitor(record);
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

    private static Signal StopSignalOf(ContainerRecord record)
        => string.IsNullOrEmpty(record.Config!.StopSignal) ? Signal.SIGTERM : SignalNames.Parse(record.Config.StopSignal);
}
