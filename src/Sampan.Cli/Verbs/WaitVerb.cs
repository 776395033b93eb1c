using System.Globalization;

using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class WaitVerb : Verb
{
    public override string Name => "wait";

    public override string Arguments => "CONTAINER [CONTAINER...]";

    public override string Summary => "Block until one or more containers stop, then print their exit codes";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
        => Each.Container(session, arguments, record => session.Out.Line(session.Engine.Wait(record).ToString(CultureInfo.InvariantCulture)), print: false);
}
