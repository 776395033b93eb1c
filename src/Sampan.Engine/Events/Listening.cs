using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Reading the journal of events.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Hands out events as they happen, those since a moment first. Returns when the time is over.</summary>
    /// <param name="tell">Takes one event.</param>
    /// <param name="pause">Called when all there are were handed out, before more are waited for.</param>
    public void Events(EventRequest request, Action<EventRecord> tell, Action pause)
    {
        Mkdir.Parents(Places.Root, 0x1C9);
        // Watched before the first look, so that nothing falls between the two.
        using var watch = new FileFd((int)LinuxException.Check(Sys.InotifyInit(), "inotify_init1", Places.Root));
        LinuxException.Check(Sys.InotifyAddWatch(watch.Number, Places.Root, Sys.IN_MODIFY | Sys.IN_CREATE), "inotify_add_watch", Places.Root);
        long since = request.Since is { } from ? Nanoseconds(from) : long.MinValue, until = request.Until is { } to ? Nanoseconds(to) : long.MaxValue;
        using var reader = new EventReader(Places.Root, fromEnd: request.Since is null);
        while (true)
        {
            foreach (var record in reader.Next())
                if (record.TimeNano >= since && record.TimeNano <= until && request.Wants(record))
                    tell(record);
            pause();
            long left = until == long.MaxValue ? -1 : (until - Nanoseconds(DateTimeOffset.UtcNow) + 999_999) / 1_000_000;
            if (until != long.MaxValue && left <= 0)
                return;
            Wait(watch, left < 0 ? -1 : (int)Math.Min(left, int.MaxValue));
        }
    }

    private static void Wait(FileFd watch, int milliseconds)
    {
        Span<pollfd> polled = [new pollfd { fd = watch.Number, events = PollEvents.POLLIN }];
        if (LinuxException.Check(Sys.Poll(polled, milliseconds), "poll", "the journal") == 0)
            return;
        Span<byte> events = stackalloc byte[4096];
        nint result = Sys.Read(watch.Number, events);
        if (result != -(nint)Errno.EAGAIN)
            LinuxException.Check(result, "read", "inotify");
    }

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
