using Sampan.Engine.Monitoring;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Ending a container's processes.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Seconds between the stop signal and SIGKILL when nobody says otherwise.</summary>
    private const int DefaultStopTimeout = 10;

    /// <summary>Asks the container to end, and kills it when it has not in time. One that does not run is left as it is.</summary>
    /// <param name="timeout">Seconds; null: the container's own; negative: for ever.</param>
    /// <param name="signal">null: the container's own, else SIGTERM.</param>
    public void Stop(ContainerRecord record, int? timeout, Signal? signal = null) => Stop(record, timeout, signal, byUser: true);

    /// <summary>Ends the container and starts it again, whatever its restart policy. One that does not run is started.</summary>
    /// <param name="timeout">As <see cref="Stop(ContainerRecord, int?, Signal?)"/>.</param>
    /// <param name="signal">As there.</param>
    public void Restart(ContainerRecord record, int? timeout, Signal? signal = null)
    {
        // Nobody starts or removes it in between: what others ask comes before or after the two.
        using var locked = ContainerLock.Take(_containers, record);
        var fresh = _containers.TryLoad(record.Id!) ?? record;
        Stop(fresh, timeout, signal, byUser: false);
        StartLocked(fresh, null)?.Dispose();
        Tell(fresh, "restart");
    }

    private void Stop(ContainerRecord record, int? timeout, Signal? signal, bool byUser)
    {
        using (var process = Halted(record, byUser))
        {
            if (process is null)
            {
                AwaitMonitor(record);
                return;
            }
            long seconds = timeout ?? record.Config!.StopTimeout ?? DefaultStopTimeout;
            var asked = signal ?? StopSignalOf(record);
            process.Signal(asked);
            Tell(record, "kill", ("signal", $"{(int)asked}"));
            if (!process.Wait(seconds < 0 ? -1 : seconds * 1000))
            {
                process.Signal(Signal.SIGKILL);
                Tell(record, "kill", ("signal", $"{(int)Signal.SIGKILL}"));
                process.Wait(-1);
            }
        }
        AwaitMonitor(record);
        Tell(record, "stop");
    }

    /// <summary>Puts the restart policy out of force.</summary>
    /// <returns>The process that is to be ended; null: there is none, nor will there be.</returns>
    private LiveProcess? Halted(ContainerRecord record, bool byUser)
    {
        string live = Places.Live(record.Id!);
        while (true)
        {
            bool halted = MonitorClient.Halt(live, byUser);
            var process = LiveProcess.Find(Places, record.Id!);
            if (process is not null || halted || !MonitorClient.IsAlive(live))
                return process;
            // Its monitor has its lock, and not yet its socket, or no longer: a moment of its life.
            Sys.Poll([], 1);
        }
    }

    /// <summary>Sends <paramref name="signal"/> to the first process. SIGKILL and the container's own stop signal mean its end: its restart policy is out of force then.</summary>
    /// <exception cref="SampanException">Conflict: the container does not run.</exception>
    public void Kill(ContainerRecord record, Signal signal)
    {
        bool ends = signal == Signal.SIGKILL || signal == StopSignalOf(record);
        bool halted = ends && record.HostConfig!.Restart.Kind != RestartKind.No && MonitorClient.Halt(Places.Live(record.Id!), byUser: true);
        using var process = LiveProcess.Find(Places, record.Id!);
        if (process is null && halted)
        {
            // It was waiting to be started again.
            AwaitMonitor(record);
            return;
        }
        if (process is null || !process.Signal(signal))
            throw new SampanException(ErrorKind.Conflict, $"cannot kill container: {record.Name}: container {record.ShortId} is not running");
        Tell(record, "kill", ("signal", $"{(int)signal}"));
        if (signal != Signal.SIGKILL)
            return;
        process.Wait(-1);
        AwaitMonitor(record);
    }

    private static Signal StopSignalOf(ContainerRecord record)
        => string.IsNullOrEmpty(record.Config!.StopSignal) ? Signal.SIGTERM : SignalNames.Parse(record.Config.StopSignal);
}
