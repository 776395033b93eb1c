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
        var request = _container.Request(arguments, new HostView());
        var config = request.Config;
        (config.AttachStdin, config.AttachStdout, config.AttachStderr) = (config.OpenStdin, true, true);
        config.StdinOnce = config.OpenStdin;
        _pull.Apply(session, request);
        session.Out.Line(session.Engine.Create(request).Id!);
        return 0;
    }
}
