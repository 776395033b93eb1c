using System.Text;

using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>What <c>sampan --help</c> prints.</summary>
internal static class Overview
{
    public static string Text(FlagSet global)
    {
        var text = new StringBuilder();
        text.Append("Usage:  sampan [OPTIONS] COMMAND\n\nA container engine for Linux\n\nCommands:\n");
        foreach (string name in VerbTable.Names)
        {
            var verb = VerbTable.Find(name)!;
            if (!verb.Hidden)
                text.Append("  ").Append(name.PadRight(12)).Append(verb.Summary).Append('\n');
        }
        HelpText.Options(text, global);
        text.Append("\nRun 'sampan COMMAND --help' for more information on a command.\n");
        return text.ToString();
    }
}
