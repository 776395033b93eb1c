using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

internal sealed class SaveVerb : Verb
{
    private readonly TextFlag _output;
    private readonly TextFlag _platform;

    public SaveVerb()
    {
        _output = Flags.Text("output", 'o', "Write to a file, instead of STDOUT");
        _platform = PlatformFlag.Add(Flags);
    }

    public override string Name => "save";

    public override string Arguments => "[OPTIONS] IMAGE [IMAGE...]";

    public override string Summary => "Save one or more images to a tar archive (streamed to STDOUT by default)";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var platform = PlatformFlag.Read(_platform);
        if (_output.Value is { Length: > 0 } path)
        {
            WholeFile.Write(path, target => session.Engine.Images.Save(arguments, target, platform));
            Tell(session, arguments);
            return 0;
        }
        if (Sys.IsTerminal(1))
            return session.Fail("cowardly refusing to save to a terminal. Use the -o flag or redirect", 1);
        using var target = new BufferedStream(new FdStream(1, "to standard output"), WholeFile.Buffer);
        session.Engine.Images.Save(arguments, target, platform);
        Tell(session, arguments);
        return 0;
    }

    private static void Tell(Session session, List<string> names)
    {
        foreach (string name in names)
            session.Engine.TellOfImage("save", name, name);
    }
}
