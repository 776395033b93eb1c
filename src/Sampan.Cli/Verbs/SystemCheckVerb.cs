using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class SystemCheckVerb : Verb
{
    private readonly BoolFlag _quiet;

    public SystemCheckVerb() => _quiet = Flags.Bool("quiet", 'q', "Only show what is missing");

    public override string Name => "system check";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Show what of this host is missing for Sampan";

    public override int Most => 0;

    /// <returns>1 when no container can run.</returns>
    public override int Run(Session session, List<string> arguments)
    {
        var findings = session.Engine.CheckHost();
        foreach (var finding in findings)
            if (!_quiet.Value || finding.State != HostState.Present)
                session.Out.Line($"{Words(finding.State),-8} {finding.Subject}: {finding.Detail}");
        return findings.Exists(static f => f.State == HostState.Missing) ? 1 : 0;
    }

    private static string Words(HostState state) => state switch { HostState.Present => "ok", HostState.Limited => "limited", _ => "missing" };
}
