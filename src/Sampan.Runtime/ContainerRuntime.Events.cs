using Sampan.Cgroups;
using Sampan.Linux;

namespace Sampan.Runtime;

public sealed partial class ContainerRuntime
{
    // v1 tells of a lack of memory before the kernel has killed anybody for it: the count is looked at this often, for this long, in milliseconds.
    private const int OomLook = 20, OomPatience = 2000;

    /// <summary>What a container uses now.</summary>
    /// <exception cref="SampanException">It has stopped.</exception>
    public ContainerEvent Stats(string id)
    {
        var directory = StateDirectory.Open(Root, id);
        if (Status(directory, out var state) == "stopped" || state is null)
            throw NotRunning(id);
        return ContainerEvent.Stats(id, CgroupOf(state).Stats(), Class(directory)());
    }

    /// <summary>The same as numbers.</summary>
    /// <exception cref="SampanException">Conflict: it has stopped.</exception>
    public CgroupStats Usage(string id)
    {
        var directory = StateDirectory.Open(Root, id);
        return Status(directory, out var state) == "stopped" || state is null ? throw NotRunning(id) : CgroupOf(state).Stats();
    }

    /// <summary>Tells what a container uses every <paramref name="interval"/>, and each time the kernel has killed for lack of memory; returns when it has ended.</summary>
    public void Watch(string id, TimeSpan interval, Action<ContainerEvent> tell)
    {
        var directory = StateDirectory.Open(Root, id);
        if (Status(directory, out var state) == "stopped" || state is null)
            throw NotRunning(id);
        var rdt = Class(directory);
        using var process = OpenInit(state);
        var cgroup = CgroupOf(state);
        using var watch = CgroupOomWatch.Open(cgroup);
        ulong kills = cgroup.OomKills;
        long period = (long)interval.TotalMilliseconds, now = Sys.MonotonicMilliseconds(), next = now + period, lookUntil = now;
        Span<pollfd> polled = [new() { fd = process.Number, events = PollEvents.POLLIN }, watch.Poll];
        while (true)
        {
            long wait = now < lookUntil ? Math.Min(OomLook, next - now) : next - now;
            LinuxException.Check(Sys.Poll(polled, (int)Math.Clamp(wait, 0, int.MaxValue)), "poll", id);
            now = Sys.MonotonicMilliseconds();
            if (polled[1].revents != 0)
            {
                watch.Take();
                lookUntil = now + OomPatience;
            }
            for (ulong count = cgroup.OomKills; kills < count; kills++)
                tell(ContainerEvent.Oom(id));
            if (polled[0].revents != 0)
                return;
            if (now < next)
                continue;
            tell(ContainerEvent.Stats(id, cgroup.Stats(), rdt()));
            next = Math.Max(next + period, now);
        }
    }

    // What resctrl says of a container, each time it is asked.
    private static Func<EventIntelRdt> Class(StateDirectory directory)
    {
        var rdt = directory.ReadConfig().Linux?.IntelRdt;
        string? root = rdt is null ? null : ResctrlGroups.Mounted();
        return () => EventIntelRdt.Of(rdt, directory.ID, root);
    }
}
