using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Runtime.Monitoring;

namespace Sampan.Cli.Verbs;

internal sealed class EventsVerb : Verb
{
    private readonly TextFlag _since;
    private readonly TextFlag _until;
    private readonly ListFlag _filter;
    private readonly TextFlag _format;

    public EventsVerb()
    {
        _filter = Flags.List("filter", 'f', "Filter output based on conditions provided: container, event, image, label, type");
        _format = Flags.Text("format", '\0', "Format output using a custom template: 'json', or a Go template");
        _since = Flags.Text("since", '\0', "Show all events created since timestamp");
        _until = Flags.Text("until", '\0', "Stream events until this timestamp");
    }

    public override string Name => "events";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Get real time events from the server";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        var now = DateTimeOffset.UtcNow;
        var filter = new EventFilter(_filter.Values);
        var template = _format.Value is { Length: > 0 } format ? Rows.Template(format) : null;
        var request = new EventRequest { Since = Moment.Parse(_since.Value, now), Until = Moment.Parse(_until.Value, now), Wants = filter.Matches };
        session.Engine.Events(request, record => session.Out.Line(template is null ? EventText.Line(record) : template.Apply(new EventView(record).ToJson())), session.Out.Flush);
        return 0;
    }
}
