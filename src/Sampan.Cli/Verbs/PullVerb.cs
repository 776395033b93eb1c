using Sampan.Cli.Format;
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
        var name = ImageReference.Parse(arguments[0]);
        bool tagged = name.Digest is not null || ReferenceText.HasTag(arguments[0]);
        if (!_quiet.Value)
        {
            if (!tagged)
                session.Out.Line($"Using default tag: {ImageReference.DefaultTag}");
            session.Out.Line($"{name.Tag ?? name.Digest.ToString()}: Pulling from {name.Path}");
            session.Out.Flush();
        }
        using var progress = new TransferLog(session.Out, _quiet.Value);
        var pulled = session.Engine.Images.Pull(name, new PullOptions { Insecure = !_tlsVerify.Value }, progress, default).GetAwaiter().GetResult();
        if (!_quiet.Value)
        {
            session.Out.Line($"Digest: {pulled.Digest}");
            session.Out.Line($"Status: {(pulled.New ? "Downloaded newer image" : "Image is up to date")} for {name.Familiar}");
        }
        session.Out.Line(name.ToString());
        return 0;
    }
}
