using Sampan.Cli.Grammar;
using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

internal sealed class ExportVerb : Verb
{
    private readonly TextFlag _output;

    public ExportVerb() => _output = Flags.Text("output", 'o', "Write to a file, instead of STDOUT");

    public override string Name => "export";

    public override string Arguments => "[OPTIONS] CONTAINER";

    public override string Summary => "Export a container's filesystem as a tar archive";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var record = session.Engine.Find(arguments[0]);
        if (_output.Value is { Length: > 0 } path)
        {
            WholeFile.Write(path, target => session.Engine.Export(record, target));
            return 0;
        }
        if (Sys.IsTerminal(1))
            return session.Fail("cowardly refusing to save to a terminal. Use the -o flag or redirect", 1);
        using var target = new BufferedStream(new FdStream(1, "to standard output"), WholeFile.Buffer);
        session.Engine.Export(record, target);
        return 0;
    }
}
