using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class TagVerb : Verb
{
    public override string Name => "tag";

    public override string Arguments => "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]";

    public override string Summary => "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE";

    public override int Least => 2;

    public override int Most => 2;

    public override int Run(Session session, List<string> arguments)
    {
        session.Engine.Images.Tag(arguments[0], arguments[1]);
        session.Engine.TellOfImage("tag", session.Engine.Images.Get(arguments[1]).Id.ToString(), arguments[1]);
        return 0;
    }
}
