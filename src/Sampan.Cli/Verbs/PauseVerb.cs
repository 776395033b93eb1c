using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class PauseVerb : Verb
{
    public override string Name => "pause";

    public override string Arguments => "CONTAINER [CONTAINER...]";

    public override string Summary => "Pause all processes within one or more containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments) => Each.Container(session, arguments, session.Engine.Pause);
}

internal sealed class UnpauseVerb : Verb
{
    public override string Name => "unpause";

    public override string Arguments => "CONTAINER [CONTAINER...]";

    public override string Summary => "Unpause all processes within one or more containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments) => Each.Container(session, arguments, session.Engine.Unpause);
}
