using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

internal sealed class LoadVerb : Verb
{
    private readonly TextFlag _input;
    private readonly TextFlag _platform;
    private readonly BoolFlag _quiet;

    public LoadVerb()
    {
        _input = Flags.Text("input", 'i', "Read from tar archive file, instead of STDIN");
        _platform = PlatformFlag.Add(Flags);
        _quiet = Flags.Bool("quiet", 'q', "Suppress the load output");
    }

    public override string Name => "load";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Load an image from a tar archive or STDIN";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        if (_input.Value is null && Sys.IsTerminal(0))
            return session.Fail("requested load from stdin, but stdin is a terminal: name a file with -i, or redirect one", 1);
        var platform = PlatformFlag.Read(_platform);
        foreach (var image in Archive.Read(_input.Value, source => session.Engine.Images.Load(source, platform)))
        {
            session.Engine.TellOfImage("load", image.ToString(), image.ToString());
            if (!_quiet.Value)
                session.Out.Line(image.ToString());
        }
        return 0;
    }
}
