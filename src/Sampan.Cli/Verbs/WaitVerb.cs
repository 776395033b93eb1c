using System.Globalization;

using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class WaitVerb : Verb
{
    private readonly TextFlag _condition;

    public WaitVerb()
        => _condition = Flags.Add(new TextFlag("condition", '\0', "Condition to wait for: not-running, next-exit, removed, running, healthy, unhealthy") { DefaultText = "not-running" });

    public override string Name => "wait";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Block until one or more containers stop, then print their exit codes";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var condition = ContainerEngine.ParseCondition(_condition.Value ?? "not-running");
        return Each.Container(session, arguments, record => session.Out.Line(session.Engine.Wait(record, condition).ToString(CultureInfo.InvariantCulture)), print: false);
    }
}
