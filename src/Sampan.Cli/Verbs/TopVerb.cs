using Sampan.Cli.Format;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class TopVerb : Verb
{
    private const int Narrowest = 20;

    public override string Name => "top";

    public override string Arguments => "CONTAINER [ps OPTIONS]";

    public override string Summary => "Display the running processes of a container";

    /// <summary>What follows the container are options of ps.</summary>
    public override bool Interspersed => false;

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var processes = session.Engine.Top(session.Engine.Find(arguments[0]), arguments[1..]);
        var table = new Table(processes.Titles) { Narrowest = Narrowest };
        foreach (string[] row in processes.Rows)
            table.Add(row);
        session.Out.Write(table.ToString());
        return 0;
    }
}
