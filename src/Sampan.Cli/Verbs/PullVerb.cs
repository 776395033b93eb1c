using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Images;

namespace Sampan.Cli.Verbs;

internal sealed class PullVerb : Verb
{
    private readonly BoolFlag _quiet;
    private readonly BoolFlag _tlsVerify;

    public PullVerb()
    {
        _quiet = Flags.Bool("quiet", 'q', "Suppress verbose output");
        _tlsVerify = TlsVerifyFlag.Add(Flags);
    }

    public override string Name => "pull";

    public override string Arguments => "[OPTIONS] NAME[:TAG|@DIGEST]";

    public override string Summary => "Download an image from a registry";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        if (!_quiet.Value && !arguments[0].Contains('@') && !ReferenceText.HasTag(arguments[0]))
            session.Out.Line($"Using default tag: {ImageReference.DefaultTag}");
        var pulled = new Pulling(session, session.Out, _quiet.Value, new PullOptions { Insecure = !_tlsVerify.Value }).Run(arguments[0]);
        session.Out.Line(pulled.Name.ToString());
        return 0;
    }
}
