using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class StopVerb : Verb
{
    private readonly ValueFlag<long> _timeout;
    private readonly TextFlag _signal;

    public StopVerb()
    {
        _timeout = Flags.Add(new ValueFlag<long>("timeout", 't', "Seconds to wait before killing the container", "int", Values.Whole) { Aliases = ["time"] });
        _signal = Flags.Text("signal", 's', "Signal to send to the container");
    }

    public override string Name => "stop";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Stop one or more running containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        Linux.Signal? signal = _signal.Value is { } name ? SignalNames.Parse(name) : null;
        int? timeout = _timeout.Value is { } seconds ? (int)Math.Clamp(seconds, -1, int.MaxValue) : null;
        return Each.Container(session, arguments, record => session.Engine.Stop(record, timeout, signal));
    }
}
