using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class KillVerb : Verb
{
    private readonly TextFlag _signal;

    public KillVerb() => _signal = Flags.Text("signal", 's', "Signal to send to the container");

    public override string Name => "kill";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Kill one or more running containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var signal = SignalNames.Parse(_signal.Value ?? "KILL");
        return Each.Container(session, arguments, record => session.Engine.Kill(record, signal));
    }
}
