using System.Globalization;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime;

namespace Sampan.Engine;

/// <summary>The first process of a running container, held: its number cannot become another's while this lives.</summary>
internal sealed class LiveProcess : IDisposable
{
    private readonly PidFd _process;
    private readonly Places _places;
    private readonly string _id;

    private LiveProcess(Places places, string id, int pid, State state, PidFd process)
        => (_places, _id, Pid, StartedAt, IsPaused, HasStarted, _process) = (places, id, pid, state.Created, state.Status == "paused", state.Status != "created", process);

    /// <summary>In our PID namespace.</summary>
    public int Pid { get; }

    /// <summary>RFC 3339.</summary>
    public string? StartedAt { get; }

    /// <summary>It executes the container's program, and is no part of the launcher any more.</summary>
    public bool HasStarted { get; }

    /// <summary>All processes of the container stand still.</summary>
    public bool IsPaused { get; }

    /// <summary>The process of <paramref name="id"/>, or null when it has none.</summary>
    public static LiveProcess? Find(Places places, string id)
    {
        if (StateOf(places, id) is not { Pid: > 0 and { } pid } state)
            return null;
        nint fd = Sys.PidfdOpen(pid);
        if (fd == -(nint)Errno.ESRCH || fd == -(nint)Errno.EINVAL)
            return null;
        var process = new PidFd((int)LinuxException.Check(fd, "pidfd_open", $"{pid}"));
        // The pid may have become another's between the look and the hold; the launcher compares start times, so it is asked once more.
        if (StateOf(places, id)?.Pid == pid)
            return new LiveProcess(places, id, pid, state, process);
        process.Dispose();
        return null;
    }

    /// <summary>Whether the launcher keeps the state of a run of <paramref name="id"/> that began after <paramref name="time"/>, RFC 3339: then nobody saw its end.</summary>
    public static bool WasCreatedAfter(Places places, string id, string? time)
        => StateOf(places, id)?.Created is { } created
            && DateTimeOffset.TryParse(created, CultureInfo.InvariantCulture, out var then) && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var end) && then > end;

    /// <summary>What the launcher says of <paramref name="id"/>; null when it knows no such container.</summary>
    private static State? StateOf(Places places, string id)
    {
        try
        {
            return new ContainerRuntime(places.RuntimeState).State(id);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <returns>False when the process has ended.</returns>
    public bool Signal(Signal signal)
    {
        nint result = Sys.PidfdSendSignal(_process.Number, signal);
        if (result == -(nint)Errno.ESRCH)
            return false;
        LinuxException.Check(result, "pidfd_send_signal", $"{signal} to process {Pid}");
        // A signal reaches nobody who stands still.
        if (IsPaused)
            Thaw();
        return true;
    }

    private void Thaw()
    {
        try
        {
            new ContainerRuntime(_places.RuntimeState).Resume(_id);
        }
        catch (SampanException e) when (e.Kind is ErrorKind.Conflict or ErrorKind.NotFound)
        {
            // Somebody else was first, be it with the end of the container.
        }
    }

    /// <summary>Waits for the end of the process.</summary>
    /// <param name="milliseconds">Negative: as long as it takes.</param>
    /// <returns>False when the time is over.</returns>
    public bool Wait(long milliseconds)
    {
        long deadline = Sys.MonotonicMilliseconds() + milliseconds;
        while (true)
        {
            long left = milliseconds < 0 ? -1 : Math.Clamp(deadline - Sys.MonotonicMilliseconds(), 0, int.MaxValue);
            Span<pollfd> polled = [new pollfd { fd = Number, events = PollEvents.POLLIN }];
            if (LinuxException.Check(Sys.Poll(polled, (int)left), "poll", $"process {Pid}") > 0)
                return true;
            if (left == 0)
                return false;
        }
    }

    /// <summary>The descriptor becomes readable when the process ends.</summary>
    public int Number => _process.Number;

    public void Dispose() => _process.Dispose();
}
