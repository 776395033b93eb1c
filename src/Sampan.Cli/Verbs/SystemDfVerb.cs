using System.Globalization;
using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Oci;

namespace Sampan.Cli.Verbs;

internal sealed class SystemDfVerb : Verb
{
    private const string Columns = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}";

    private readonly BoolFlag _verbose;
    private readonly TextFlag _format;

    public SystemDfVerb()
    {
        _format = Flags.Text("format", '\0', "Format output using a custom template: 'table', 'table TEMPLATE', 'json', or a Go template");
        _verbose = Flags.Bool("verbose", 'v', "Show detailed information on space usage");
    }

    public override string Name => "system df";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Show disk usage";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        string format = _format.Value is null or "" or "table" ? Columns : _format.Value;
        Rows.Template(format);
        if (_verbose.Value && _format.Value is not null)
            return session.Fail("the verbose and the format options conflict", 1);
        int code = 0;
        var usage = session.Engine.DiskUsage(problem => code = session.Fail(problem, 1));
        if (_verbose.Value)
            DiskUsageTables.Print(session.Out, usage, DateTimeOffset.UtcNow);
        else
            Rows.Print(session.Out, format, DiskUsageRow.Heads, DiskUsageRow.Of(usage));
        return code;
    }
}
