using Sampan.Engine.Monitoring;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Taking a container away.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Removes a container with its writable layer and log. Its named volumes stay.</summary>
    /// <param name="force">One that runs is killed first.</param>
    /// <exception cref="SampanException">Conflict: it runs, and is not to be killed.</exception>
    public void Remove(ContainerRecord record, bool force)
    {
        if (record.Started && StatusOf(record) is { IsRunning: true })
        {
            if (!force)
                throw Runs(record);
            KillForRemoval(record);
        }
        using var locked = ContainerLock.Take(_containers, record);
        // Nobody else starts it now. Whoever started it between the look and the lock is found here.
        if (force)
            KillWithMonitor(record);
        else if (StartedMeanwhile(record))
            throw Runs(record);
        AwaitMonitor(record);
        ClearRuntime(record);
        Discard(record);
    }

    /// <summary>As <see cref="Remove"/>, of a container whose end the caller has just been told by its monitor: nothing is left to ask.</summary>
    public void RemoveEnded(ContainerRecord record)
    {
        using var locked = ContainerLock.Take(_containers, record);
        Discard(record);
    }

    // A start that was under way when we looked first has its record on disk by now.
    private bool StartedMeanwhile(ContainerRecord record)
        => _containers.TryLoad(record.Id!) is { Started: true } now && StatusOf(now).IsRunning;

    private SampanException Runs(ContainerRecord record)
    {
        string now = StatusOf(record).Phase == ContainerPhase.Restarting ? "restarting" : "running";
        return new SampanException(ErrorKind.Conflict, $"cannot remove container \"{record.Name}\": container is {now}: stop the container before removing or force remove");
    }

    private void KillForRemoval(ContainerRecord record)
    {
        using var process = LiveProcess.Find(Places, record.Id!);
        if (process is null)
            return;
        process.Signal(Signal.SIGKILL);
        process.Wait(-1);
    }

    // A run that was killed leaves a monitor that is still making the container: there is no process to kill yet, and there will be one.
    private void KillWithMonitor(ContainerRecord record)
    {
        string live = Places.Live(record.Id!);
        KillForRemoval(record);
        while (MonitorClient.IsAlive(live))
        {
            try
            {
                // Waits in the socket until the monitor has come so far.
                MonitorClient.Kill(live, Signal.SIGKILL, SignalFlags.Halt | SignalFlags.ByUser);
                return;
            }
            catch (SampanException e) when (e.Kind == ErrorKind.Conflict || e is LinuxException { Errno: Errno.EPIPE or Errno.ECONNRESET })
            {
                // It has its lock and not yet its socket, or no longer: microseconds of its life.
                Sys.Call(SyscallNumber.sched_yield);
            }
        }
    }

    /// <summary>Without container.json it is no container any more: if we are killed from here on, anybody clears the rest away.</summary>
    private void Discard(ContainerRecord record)
    {
        string path = _containers.RecordPath(record.Id!);
        LinuxException.Check(Tolerate(Sys.Unlinkat(At.AT_FDCWD, path), Errno.ENOENT), "unlink", path);
        NameRegistry.Release(_containers, record.Name!, record.Id!);
        TreeRemoval.Remove(Places.Live(record.Id!));
        SharedMemory.Unmount(Places.Container(record.Id!));
        Driver(record.Driver).Remove(Places.Container(record.Id!));
        TreeRemoval.Remove(Places.Container(record.Id!));
        Tell(record, "destroy");
    }
}
