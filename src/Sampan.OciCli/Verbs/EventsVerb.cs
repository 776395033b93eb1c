using System.Text;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`events`: what a container uses, once or again and again, and when its memory runs out.</summary>
internal static class EventsVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, "stats", "interval=");
        string id = arguments.ID("events"), interval = arguments.Value("interval") ?? "5s";
        var period = Duration.Parse(interval) is { } time && time >= TimeSpan.FromMilliseconds(1) ? time
            : throw new UsageException($"invalid value \"{interval}\" for --interval: want a time of at least 1ms, such as 500ms or 5s");
        var runtime = new ContainerRuntime(global.Root);
        if (arguments.Flag("stats"))
            Print(runtime.Stats(id));
        else
            runtime.Watch(id, period, Print);
        return 0;
    }

    private static void Print(ContainerEvent one) => Output.Line(Encoding.UTF8.GetString(one.ToJson()));
}
