using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Oci;

namespace Sampan.Cli.Verbs;

internal sealed class PsVerb : Verb
{
    private readonly BoolFlag _all;
    private readonly BoolFlag _quiet;
    private readonly BoolFlag _noTrunc;
    private readonly BoolFlag _latest;
    private readonly ValueFlag<long> _last;
    private readonly ListFlag _filter;
    private readonly TextFlag _format;

    public PsVerb()
    {
        _all = Flags.Bool("all", 'a', "Show all containers (default shows just running)");
        _quiet = Flags.Bool("quiet", 'q', "Only display container IDs");
        _noTrunc = Flags.Bool("no-trunc", '\0', "Don't truncate output");
        _latest = Flags.Bool("latest", 'l', "Show the latest created container (includes all states)");
        _last = Flags.Whole("last", 'n', "Show n last created containers (includes all states)");
        _filter = Flags.List("filter", 'f', "Filter output: id, name, label, status, health, exited, ancestor");
        _format = Flags.Text("format", '\0', "Format output using a template, or 'json'");
    }

    public override string Name => "ps";

    public override string[] Aliases => ["ls", "list"];

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "List containers";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        var filters = _filter.Values.ConvertAll(ContainerFilter.Parse);
        bool all = _all.Value || _latest.Value || _last.Value is not null || filters.Exists(static filter => filter.ShowsStopped);
        int code = 0;
        var views = new List<ContainerView>();
        foreach (var record in session.Engine.List(problem => code = session.Fail(problem, 1)))
        {
            var view = new ContainerView(record, session.Engine.StatusOf(record), DateTimeOffset.UtcNow, !_noTrunc.Value);
            if ((all || view.Status.IsRunning) && ContainerFilter.AllMatch(filters, view))
                views.Add(view);
        }
        long most = _latest.Value ? 1 : _last.Value is > 0 and { } last ? last : long.MaxValue;
        if (views.Count > most)
            views.RemoveRange((int)most, views.Count - (int)most);
        Print(session, views);
        return code;
    }

    private void Print(Session session, List<ContainerView> views)
    {
        if (_quiet.Value)
            foreach (var view in views)
                session.Out.Line(view.Id);
        else if (_format.Value is null or "table")
        {
            var table = new Table("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");
            foreach (var view in views)
                table.Add(view.Id, view.Image, view.Command, view.RunningFor, view.StatusText, "", view.Names);
            session.Out.Write(table.ToString());
        }
        else
            Rows.Print(session.Out, _format.Value, ContainerView.Heads, views);
    }
}
