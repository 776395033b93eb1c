using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>
/// Wakes whoever polls it when memory runs out in a cgroup. v2: the file memory.events itself; v1: an eventfd,
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/memory.html#oom-control">Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control"</see>.
/// </summary>
/// <remarks>It says that something happened; <see cref="Cgroup.OomKills"/> says what. v1 wakes before the kill is counted, and at the cgroup's removal.</remarks>
public sealed class CgroupOomWatch : IDisposable
{
    private readonly FileFd? _file;
    private readonly EventFd? _counter;

    private CgroupOomWatch(FileFd? file, EventFd? counter) => (_file, _counter) = (file, counter);

    /// <summary>What to poll; its fd is -1 where the cgroup has no memory controller, or a kernel no notification.</summary>
    public pollfd Poll => _counter is not null ? new() { fd = _counter.Number, events = PollEvents.POLLIN }
        : new() { fd = _file?.Number ?? -1, events = PollEvents.POLLPRI };

    public static CgroupOomWatch Open(Cgroup cgroup)
    {
        if (cgroup.DirectoryOf("memory") is not { } directory)
            return new(null, null);
        nint fd = Sys.Openat(At.AT_FDCWD, $"{directory}/{(cgroup.IsV2 ? "memory.events" : "memory.oom_control")}", OpenFlags.O_RDONLY);
        if (fd < 0)
            return new(null, null);
        var file = new FileFd((int)fd);
        if (cgroup.IsV2)
            return new CgroupOomWatch(file, null).Taken();
        using (file)
        {
            var counter = EventFd.Open();
            nint control = Sys.Openat(At.AT_FDCWD, $"{directory}/cgroup.event_control", OpenFlags.O_WRONLY);
            if (control >= 0)
                using (var open = new FileFd((int)control))
                    control = Sys.Write(open.Number, System.Text.Encoding.ASCII.GetBytes($"{counter.Number} {file.Number}"));
            if (control >= 0)
                return new(null, counter);
            // A kernel without v1's notifications: the count is still right whenever it is looked at.
            counter.Dispose();
            return new(null, null);
        }
    }

    /// <summary>Makes it quiet until the next event.</summary>
    public void Take() => Taken();

    private CgroupOomWatch Taken()
    {
        _counter?.Take();
        // kernfs wakes a poll once for each change after the last read.
        if (_file is not null)
            Sys.Pread(_file.Number, new byte[512], 0);
        return this;
    }

    public void Dispose()
    {
        _file?.Dispose();
        _counter?.Dispose();
    }
}
