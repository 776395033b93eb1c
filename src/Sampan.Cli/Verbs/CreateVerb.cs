using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;

namespace Sampan.Cli.Verbs;

internal sealed class CreateVerb : Verb
{
    private readonly ContainerFlags _container;
    private readonly PullPolicyFlags _pull;

    public CreateVerb()
    {
        _container = new ContainerFlags(Flags);
        _pull = new PullPolicyFlags(Flags);
    }

    public override string Name => "create";

    public override string Arguments => "[OPTIONS] IMAGE [COMMAND] [ARG...]";

    public override string Summary => "Create a new container";

    public override bool Interspersed => false;

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var request = _container.Request(arguments, new HostView(), detached: false, session.Warn);
        using var file = new CidFile(request.HostConfig.ContainerIDFile);
        _pull.Apply(session, request);
        var record = session.Engine.Create(request);
        file.Write(record.Id!);
        session.Out.Line(record.Id!);
        return 0;
    }
}
