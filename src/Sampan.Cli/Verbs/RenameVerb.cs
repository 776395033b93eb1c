using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class RenameVerb : Verb
{
    public override string Name => "rename";

    public override string Arguments => "CONTAINER NEW_NAME";

    public override string Summary => "Rename a container";

    public override int Least => 2;

    public override int Most => 2;

    public override int Run(Session session, List<string> arguments)
    {
        session.Engine.Rename(session.Engine.Find(arguments[0]), arguments[1]);
        return 0;
    }
}
