using System.Globalization;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>The events of a container's end, which only its monitor sees.</summary>
internal static class EndEvents
{
    public static void Tell(MonitorOptions options, ExitRecord exit, timespec started, timespec finished)
    {
        // Whom it is about, the engine has left beside the socket.
        if (options.Journal is null || EventActor.Read(options.RunDirectory) is not { } actor)
            return;
        if (exit.OomKilled)
            EventJournal.Append(options.Journal, EventRecord.Now(EventRecord.Container, "oom", actor));
        EventJournal.Append(options.Journal, EventRecord.Now(EventRecord.Container, "die", actor.With(
            ("exitCode", exit.ExitCode.ToString(CultureInfo.InvariantCulture)),
            ("execDuration", Math.Max(0, finished.tv_sec - started.tv_sec).ToString(CultureInfo.InvariantCulture)))));
    }
}
