using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Images;

namespace Sampan.Cli.Verbs;

internal sealed class PullVerb : Verb
{
    private readonly BoolFlag _all;
    private readonly BoolFlag _quiet;
    private readonly TextFlag _platform;
    private readonly BoolFlag _tlsVerify;

    public PullVerb()
    {
        _all = Flags.Bool("all-tags", 'a', "Download all tagged images in the repository");
        _platform = PlatformFlag.Add(Flags);
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
        bool tagged = arguments[0].Contains('@') || ReferenceText.HasTag(arguments[0]);
        var pulling = new Pulling(session, session.Out, _quiet.Value, new PullOptions { Insecure = !_tlsVerify.Value, Platform = PlatformFlag.Read(_platform) });
        if (_all.Value)
        {
            if (tagged)
                return session.Fail("tag can't be used with --all-tags/-a", 1);
            session.Out.Line(pulling.RunAll(arguments[0]).Repository);
            return 0;
        }
        if (!_quiet.Value && !tagged)
            session.Out.Line($"Using default tag: {ImageReference.DefaultTag}");
        session.Out.Line(pulling.Run(arguments[0]).Name.ToString());
        return 0;
    }
}
