using System.Globalization;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>The events that only a container's monitor sees, and in their order: its starts, its end, its health.</summary>
internal static class MonitorEvents
{
    public static void Started(MonitorOptions options) => Tell(options, "start");

    public static void Ended(MonitorOptions options, ExitRecord exit, timespec started, timespec finished)
    {
        if (exit.OomKilled)
            Tell(options, "oom");
        Tell(options, "die", ("exitCode", exit.ExitCode.ToString(CultureInfo.InvariantCulture)),
            ("execDuration", Math.Max(0, finished.tv_sec - started.tv_sec).ToString(CultureInfo.InvariantCulture)));
    }

    public static void Tell(MonitorOptions options, string action, params ReadOnlySpan<(string Name, string Value)> more)
    {
        // Whom it is about, the engine has left beside the socket.
        if (options.Journal is not null && SmallFile.ReadIfExists($"{options.RunDirectory}/{EventActor.FileName}", EventJournal.LongestLine) is { } actor)
            EventJournal.Append(options.Journal, EventRecord.Container, action, actor, more);
    }
}
