using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class RmVerb : Verb
{
    private readonly BoolFlag _force;
    private readonly BoolFlag _ifExists;

    public RmVerb()
    {
        _force = Flags.Bool("force", 'f', "Force the removal of a running container (uses SIGKILL)");
        // Volumes without a name are what -v removes; as long as there are none, there is nothing to remove.
        Flags.Bool("volumes", 'v', "Remove anonymous volumes associated with the container");
        _ifExists = Flags.Add(new BoolFlag("if-exists", '\0', "A container that is gone already is no error; for the monitor's use") { Hidden = true });
    }

    public override string Name => "rm";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Remove one or more containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        int code = 0;
        foreach (string name in arguments)
            try
            {
                session.Engine.Remove(session.Engine.Find(name), _force.Value);
                session.Out.Line(name);
            }
            catch (SampanException e) when (e.Kind == ErrorKind.NotFound && _ifExists.Value)
            {
                // Somebody else removed it in the meantime, which is what was wanted.
            }
            catch (SampanException e)
            {
                // As Docker: what is not there need not be removed by force, but is still said.
                int failure = e.Kind == ErrorKind.NotFound && _force.Value ? 0 : 1;
                code = Math.Max(code, session.Fail(e.Message, failure));
            }
        return code;
    }
}
