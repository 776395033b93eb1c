using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Waits for a file to grow, or to be turned over: <see href="https://man7.org/linux/man-pages/man7/inotify.7.html">inotify(7)</see>.</summary>
internal sealed class FileWatch : IDisposable
{
    private readonly FileFd _watch;

    /// <param name="path">Need not be there any more.</param>
    public FileWatch(string path)
    {
        _watch = new FileFd((int)LinuxException.Check(Sys.InotifyInit(), "inotify_init1", path));
        nint result = Sys.InotifyAddWatch(_watch.Number, path, Sys.IN_MODIFY | Sys.IN_MOVE_SELF | Sys.IN_ATTRIB);
        if (result != -(nint)Errno.ENOENT)
            LinuxException.Check(result, "inotify_add_watch", path);
    }

    /// <summary>Until the file changes or <paramref name="other"/> becomes readable.</summary>
    /// <param name="other">-1: there is nothing else.</param>
    /// <param name="limit">Milliseconds; negative: as long as it takes.</param>
    public void Wait(int other, int limit = -1)
    {
        Span<pollfd> polled = [new pollfd { fd = _watch.Number, events = PollEvents.POLLIN }, new pollfd { fd = other, events = PollEvents.POLLIN }];
        LinuxException.Check(Sys.Poll(polled, limit), "poll", "the log");
        if (!polled[0].Is(PollEvents.POLLIN))
            return;
        Span<byte> events = stackalloc byte[4096];
        nint result = Sys.Read(_watch.Number, events);
        if (result != -(nint)Errno.EAGAIN)
            LinuxException.Check(result, "read", "inotify");
    }

    public void Dispose() => _watch.Dispose();
}
