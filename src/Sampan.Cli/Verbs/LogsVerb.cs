using System.Globalization;

using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class LogsVerb : Verb
{
    private readonly BoolFlag _follow;
    private readonly BoolFlag _timestamps;
    private readonly BoolFlag _details;
    private readonly TextFlag _tail;
    private readonly TextFlag _since;
    private readonly TextFlag _until;

    public LogsVerb()
    {
        _follow = Flags.Bool("follow", 'f', "Follow log output");
        _timestamps = Flags.Bool("timestamps", 't', "Show timestamps");
        _details = Flags.Bool("details", '\0', "Show extra details provided to logs");
        _tail = Flags.Add(new TextFlag("tail", 'n', "Number of lines to show from the end of the logs") { DefaultText = "\"all\"" });
        _since = Flags.Text("since", '\0', "Show logs since timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)");
        _until = Flags.Text("until", '\0', "Show logs before a timestamp (e.g. \"2013-01-02T13:23:37Z\") or relative (e.g. \"42m\" for 42 minutes)");
    }

    public override string Name => "logs";

    public override string Arguments => "[OPTIONS] CONTAINER";

    public override string Summary => "Fetch the logs of a container";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var now = DateTimeOffset.UtcNow;
        var request = new LogRequest
        {
            Follow = _follow.Value,
            Timestamps = _timestamps.Value,
            Details = _details.Value,
            Tail = _tail.Value is null or "all" ? null
                // As Docker: what is no number is all.
                : long.TryParse(_tail.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long lines) ? lines : null,
            Since = Moment.Parse(_since.Value, now),
            Until = Moment.Parse(_until.Value, now),
        };
        session.Engine.Logs(session.Engine.Find(arguments[0]), request, Write, Flush);
        return 0;

        void Write(bool error, ReadOnlySpan<byte> bytes)
        {
            // Both may be one terminal or one file: what came first is written first.
            (error ? session.Out : session.Errors).Flush();
            (error ? session.Errors : session.Out).Write(bytes);
        }

        void Flush()
        {
            session.Out.Flush();
            session.Errors.Flush();
        }
    }
}
