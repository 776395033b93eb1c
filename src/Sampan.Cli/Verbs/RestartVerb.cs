using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class RestartVerb : Verb
{
    private readonly StopFlags _stop;

    public RestartVerb() => _stop = new StopFlags(Flags);

    public override string Name => "restart";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Restart one or more containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var (timeout, signal) = _stop.Read();
        return Each.Container(session, arguments, record => session.Engine.Restart(record, timeout, signal));
    }
}
