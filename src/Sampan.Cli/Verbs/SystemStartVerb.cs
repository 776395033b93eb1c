using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class SystemStartVerb : Verb
{
    public const string FullName = "system start";

    public override string Name => FullName;

    public override string Arguments => "";

    public override string Summary => "Start the containers with --restart=always or unless-stopped, as at boot";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        int code = 0;
        session.Engine.StartAtBoot(record => session.Out.Line(record.Name!), problem => code = session.Fail(problem, 1));
        return code;
    }
}
