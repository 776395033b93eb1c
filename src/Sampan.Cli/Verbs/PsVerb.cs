using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class PsVerb : Verb
{
    private const string Columns = "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";

    private readonly BoolFlag _all;
    private readonly BoolFlag _quiet;
    private readonly BoolFlag _noTrunc;
    private readonly BoolFlag _latest;
    private readonly BoolFlag _size;
    private readonly ValueFlag<long> _last;
    private readonly ListFlag _filter;
    private readonly TextFlag _format;

    public PsVerb()
    {
        _all = Flags.Bool("all", 'a', "Show all containers (default shows just running)");
        _filter = Flags.List("filter", 'f', "Filter output based on conditions: ancestor, before, exited, expose, health, id, label, name, network, publish, since, status, volume");
        _format = Flags.Text("format", '\0', "Format output using a custom template: 'table', 'table TEMPLATE', 'json', or a Go template");
        _last = Flags.Add(new ValueFlag<long>("last", 'n', "Show n last created containers (includes all states)", "int", Values.Whole) { DefaultText = "-1" });
        _latest = Flags.Bool("latest", 'l', "Show the latest created container (includes all states)");
        _noTrunc = Flags.Bool("no-trunc", '\0', "Don't truncate output");
        _quiet = Flags.Bool("quiet", 'q', "Only display container IDs");
        _size = Flags.Bool("size", 's', "Display total file sizes");
    }

    public override string Name => "ps";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "List containers";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        if (_quiet.Value && _format.Value is not null)
            session.Warn("ignoring custom format, because both --format and --quiet are set");
        string? format = _quiet.Value || _format.Value is null or "table" ? null : _format.Value;
        bool sized = _size.Value || (format is not null && !_size.IsSet && format != "json" && Rows.Template(format).Mentions("Size"));
        var filters = _filter.Values.ConvertAll(text => ContainerFilter.Parse(text, session.Engine));
        bool all = _all.Value || _latest.Value || _last.Value is > 0 || filters.Exists(static filter => filter.ShowsStopped);
        long most = _last.Value is > 0 and { } last ? last : _latest.Value ? 1 : long.MaxValue;
        int code = 0;
        var views = new List<ContainerView>();
        var now = DateTimeOffset.UtcNow;
        foreach (var record in session.Engine.List(problem => code = session.Fail(problem, 1)))
        {
            var view = new ContainerView(record, session.Engine.StatusOf(record), now, !_noTrunc.Value);
            if ((all || view.Status.IsRunning) && ContainerFilter.AllMatch(filters, view))
                views.Add(view);
            if (views.Count == most)
                break;
        }
        if (sized && !_quiet.Value)
            foreach (var view in views)
                view.Sizes = session.Engine.SizesOf(view.Record);
        Print(session, views, format, sized);
        return code;
    }

    private void Print(Session session, List<ContainerView> views, string? format, bool sized)
    {
        if (_quiet.Value)
            foreach (var view in views)
                session.Out.Line(view.Id);
        else if (format is not null)
            Rows.Print(session.Out, format, ContainerView.Heads, views, static view => ((ContainerView)view).Record.Config!.Labels);
        else if (sized)
            Rows.Print(session.Out, Columns + "\t{{.Size}}", ContainerView.Heads, views);
        else
            Table(session, views);
    }

    /// <summary>What is printed nearly always takes no template.</summary>
    private static void Table(Session session, List<ContainerView> views)
    {
        var table = new Table("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");
        foreach (var view in views)
            table.Add(view.Id, view.Image, view.Command, view.RunningFor, view.StatusText, "", view.Names);
        session.Out.Write(table.ToString());
    }
}
