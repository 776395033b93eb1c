using Sampan.Cli.Grammar;
using Sampan.Cli.Manual;

namespace Sampan.Cli.Verbs;

internal sealed class HelpVerb : Verb
{
    private readonly TextFlag _man;

    public HelpVerb() => _man = Flags.Text("man", '\0', "Write the manual pages of all commands into this directory");

    public override string Name => "help";

    public override string Arguments => "[OPTIONS] [COMMAND]";

    public override string Summary => "Help about the command";

    public override int Run(Session session, List<string> arguments)
    {
        if (_man.Value is { } directory)
        {
            ManualPages.Write(directory);
            return 0;
        }
        if (arguments.Count == 0)
            session.Out.Write(Overview.Text(new GlobalFlags().Flags));
        else if (VerbTable.Find(arguments, out int length) is { } entry && length == arguments.Count)
        {
            var verb = VerbTable.Make(entry.Name);
            verb.CalledAs = string.Join(' ', arguments);
            session.Out.Write(HelpText.Of(verb, entry));
        }
        else if (arguments.Count == 1 && VerbTable.IsGroup(arguments[0]))
            session.Out.Write(Overview.OfGroup(arguments[0]));
        else
            return session.Fail($"unknown help topic: {string.Join(' ', arguments)}. See 'sampan --help'.", 1);
        return 0;
    }
}
