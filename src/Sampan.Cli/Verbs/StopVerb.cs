using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class StopVerb : Verb
{
    private readonly StopFlags _stop;

    public StopVerb() => _stop = new StopFlags(Flags);

    public override string Name => "stop";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Stop one or more running containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var (timeout, signal) = _stop.Read();
        return Each.Container(session, arguments, record => session.Engine.Stop(record, timeout, signal));
    }
}
