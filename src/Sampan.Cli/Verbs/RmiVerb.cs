using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class RmiVerb : Verb
{
    private readonly BoolFlag _force;

    public RmiVerb() => _force = Flags.Bool("force", 'f', "Force removal of the image");

    public override string Name => "rmi";

    public override string Arguments => "[OPTIONS] IMAGE [IMAGE...]";

    public override string Summary => "Remove one or more images";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        int code = 0;
        foreach (string name in arguments)
            try
            {
                foreach (string line in session.Engine.RemoveImage(name, _force.Value))
                    session.Out.Line(line);
            }
            catch (SampanException e)
            {
                code = Math.Max(code, session.Fail(e.Message, _force.Value && e.Kind == ErrorKind.NotFound ? 0 : 1));
            }
        return code;
    }
}
