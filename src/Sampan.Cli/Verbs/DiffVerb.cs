using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class DiffVerb : Verb
{
    public override string Name => "diff";

    public override string Arguments => "CONTAINER";

    public override string Summary => "Inspect changes to files or directories on a container's filesystem";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        foreach (var change in session.Engine.Diff(session.Engine.Find(arguments[0])))
            session.Out.Line($"{(char)change.Kind} {change.Path}");
        return 0;
    }
}
