using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class SystemStopVerb : Verb
{
    public const string FullName = "system stop";

    private readonly ValueFlag<long> _timeout;

    public SystemStopVerb() => _timeout = Flags.Add(new ValueFlag<long>("timeout", 't', "Seconds to wait before killing a container", "int", Values.Whole) { Aliases = ["time"] });

    public override string Name => FullName;

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Stop the containers with --restart=always or unless-stopped, as at shutdown; system start starts them again";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        int code = 0;
        int? timeout = _timeout.Value is { } seconds ? (int)Math.Clamp(seconds, -1, int.MaxValue) : null;
        session.Engine.StopAtShutdown(timeout, record => session.Out.Line(record.Name!), problem => code = session.Fail(problem, 1));
        return code;
    }
}
