using System.Text;
using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary>Which names have come to be in a directory, those too that have gone again: one inotify(7) instance for all, for a user may have few.</summary>
internal static class NameWatch
{
    private const uint IN_CREATE = 0x100, IN_IGNORED = 0x8000;

    private static readonly Dictionary<int, HashSet<string>> Watched = [];
    private static readonly Lazy<int> Instance = new(static () =>
    {
        int instance = (int)LinuxException.Check(Sys.InotifyInit(), "inotify_init1", "");
        new Thread(() => Loop(instance)) { IsBackground = true, Name = "names" }.Start();
        return instance;
    });

    /// <summary>From now on until the directory is removed.</summary>
    /// <returns>To be locked while it is read.</returns>
    public static HashSet<string> Of(string directory)
    {
        var names = new HashSet<string>();
        lock (Watched)
            Watched[(int)LinuxException.Check(Sys.InotifyAddWatch(Instance.Value, directory, IN_CREATE), "inotify_add_watch", directory)] = names;
        return names;
    }

    private static void Loop(int instance)
    {
        byte[] buffer = new byte[64 << 10];
        pollfd[] polled = [new pollfd { fd = instance, events = PollEvents.POLLIN }];
        while (true)
        {
            Sys.Poll(polled, -1);
            nint length = Sys.Read(instance, buffer);
            // struct inotify_event: wd, mask, cookie, len, then the name, padded with NUL.
            for (int at = 0; at < length;)
            {
                var name = buffer.AsSpan(at + 16, BitConverter.ToInt32(buffer, at + 12));
                Tell(BitConverter.ToInt32(buffer, at), BitConverter.ToUInt32(buffer, at + 4), Encoding.UTF8.GetString(name).TrimEnd('\0'));
                at += 16 + name.Length;
            }
        }
    }

    private static void Tell(int watch, uint mask, string name)
    {
        lock (Watched)
        {
            if ((mask & IN_IGNORED) != 0)
                Watched.Remove(watch);
            else if (Watched.TryGetValue(watch, out var names))
                lock (names)
                    names.Add(name);
        }
    }
}
