using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Images;

namespace Sampan.Cli.Verbs;

internal sealed class PushVerb : Verb
{
    private readonly BoolFlag _all;
    private readonly BoolFlag _quiet;
    private readonly BoolFlag _tlsVerify;

    public PushVerb()
    {
        _all = Flags.Bool("all-tags", 'a', "Push all tags of an image to the repository");
        _quiet = Flags.Bool("quiet", 'q', "Suppress verbose output");
        _tlsVerify = TlsVerifyFlag.Add(Flags);
    }

    public override string Name => "push";

    public override string Arguments => "[OPTIONS] NAME[:TAG]";

    public override string Summary => "Upload an image to a registry";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var name = ImageReference.Parse(arguments[0]);
        bool tagged = name.Digest is not null || ReferenceText.HasTag(arguments[0]);
        if (_all.Value && tagged)
            return session.Fail("tag can't be used with --all-tags/-a", 1);
        var names = _all.Value ? session.Engine.Images.TagsOf(name) : [name];
        if (names.Count == 0)
            return session.Fail($"an image does not exist locally with the tag: {name.FamiliarRepository}", 1);
        if (!_quiet.Value)
        {
            if (!tagged && !_all.Value)
                session.Out.Line($"Using default tag: {ImageReference.DefaultTag}");
            session.Out.Line($"The push refers to repository [{name.Repository}]");
            session.Out.Flush();
        }
        using var sessions = new RegistrySessions();
        var options = new PushOptions { Insecure = !_tlsVerify.Value, Sessions = sessions };
        foreach (var one in names)
        {
            PushedImage pushed;
            using (var progress = TransferDisplay.Open(session.Out, _quiet.Value, pushes: true))
                pushed = session.Engine.Images.Push(one, options, progress, default).GetAwaiter().GetResult();
            session.Engine.TellOfImage("push", one.Familiar, one.FamiliarRepository);
            if (!_quiet.Value)
                session.Out.Line($"{one.Tag}: digest: {pushed.Digest} size: {pushed.Size}");
        }
        if (_quiet.Value)
            session.Out.Line(_all.Value ? name.Repository : name.ToString());
        return 0;
    }
}
