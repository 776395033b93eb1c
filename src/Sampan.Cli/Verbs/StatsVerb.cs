using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class StatsVerb : Verb
{
    private const string Columns = "table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}";

    /// <summary>Milliseconds between two looks: what the percentage of a processor is measured over.</summary>
    private const int Period = 1000;

    /// <summary>To the top left; and from the cursor on all is blank: a table that is drawn over the last one does not flicker.</summary>
    private const string Home = "\x1b[H", EraseLine = "\x1b[K", EraseRest = "\x1b[J";

    private readonly BoolFlag _all;
    private readonly BoolFlag _once;
    private readonly BoolFlag _noTrunc;
    private readonly TextFlag _format;

    public StatsVerb()
    {
        _all = Flags.Bool("all", 'a', "Show all containers (default shows just running)");
        _format = Flags.Text("format", '\0', "Format output using a custom template: 'table', 'table TEMPLATE', 'json', or a Go template");
        _once = Flags.Bool("no-stream", '\0', "Disable streaming stats and only pull the first result");
        _noTrunc = Flags.Bool("no-trunc", '\0', "Do not truncate output");
    }

    public override string Name => "stats";

    public override string Arguments => "[OPTIONS] [CONTAINER...]";

    public override string Summary => "Display a live stream of container(s) resource usage statistics";

    public override int Run(Session session, List<string> arguments)
    {
        string format = _format.Value is null or "" or "table" ? Columns : _format.Value;
        Rows.Template(format);
        // Who is asked for by name must be there, and stays in the table until the end.
        var named = arguments.ConvertAll(session.Engine.Find);
        var before = Look(session, named);
        while (true)
        {
            Linux.Sys.Poll([], Period);
            var now = Look(session, named);
            var rows = now.ConvertAll(one => new UsageView(one.Record, one.Usage, before.Find(b => b.Record.Id == one.Record.Id).Usage, !_noTrunc.Value));
            if (_once.Value)
            {
                Rows.Print(session.Out, format, UsageView.Heads, rows);
                return 0;
            }
            session.Out.Write(Home + Rows.Text(format, UsageView.Heads, rows).Replace("\n", EraseLine + "\n") + EraseRest);
            session.Out.Flush();
            before = now;
        }
    }

    private List<(ContainerRecord Record, ContainerUsage? Usage)> Look(Session session, List<ContainerRecord> named)
    {
        var seen = new List<(ContainerRecord, ContainerUsage?)>();
        foreach (var record in named.Count > 0 ? named : session.Engine.List(problem => session.Warn(problem)))
            if (session.Engine.UsageOf(record) is var usage && (usage is not null || _all.Value || named.Count > 0))
                seen.Add((record, usage));
        return seen;
    }
}
