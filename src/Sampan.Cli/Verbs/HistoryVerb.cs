using Sampan.Cli.Format;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class HistoryVerb : Verb
{
    private readonly BoolFlag _human;
    private readonly BoolFlag _noTrunc;
    private readonly BoolFlag _quiet;
    private readonly TextFlag _format;

    public HistoryVerb()
    {
        _human = Flags.Add(new BoolFlag("human", 'H', "Print sizes and dates in human readable format") { Initial = true, DefaultText = "true" });
        _noTrunc = Flags.Bool("no-trunc", '\0', "Don't truncate output");
        _quiet = Flags.Bool("quiet", 'q', "Only show image IDs");
        _format = Flags.Text("format", '\0', "Format output using a template, or 'json'");
    }

    public override string Name => "history";

    public override string Arguments => "[OPTIONS] IMAGE";

    public override string Summary => "Show the history of an image";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var now = DateTimeOffset.UtcNow;
        var rows = session.Engine.Images.History(arguments[0]).Select(s => new HistoryView(s, now, !_noTrunc.Value, _human.Value)).ToList();
        if (_quiet.Value)
        {
            foreach (var row in rows)
                session.Out.Line(row.Id);
            return 0;
        }
        if (_format.Value is not (null or "table"))
        {
            Rows.Print(session.Out, _format.Value, HistoryView.Heads, rows);
            return 0;
        }
        var table = new Table("IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT");
        foreach (var row in rows)
            table.Add(row.Id, row.Since, row.CreatedBy, row.Size, row.Comment);
        session.Out.Write(table.ToString());
        return 0;
    }
}
