using System.Text;

using Sampan.Cli.Grammar;

namespace Sampan.Cli;

/// <summary>What <c>sampan --help</c> and <c>sampan GROUP --help</c> print, laid out as Docker's.</summary>
internal static class Overview
{
    public static string Text(FlagSet global)
    {
        var text = new StringBuilder("Usage:  sampan [OPTIONS] COMMAND\n\nA container engine for Linux\n");
        Section(text, "Common Commands", VerbTable.Entries.Where(static e => e.Section == VerbSection.Common).Select(static e => (e.Name, VerbTable.Make(e.Name).Summary)));
        Section(text, "Management Commands", VerbTable.Groups);
        Section(text, "Commands", VerbTable.Entries.Where(static e => e.Section == VerbSection.Other).OrderBy(static e => e.Name, StringComparer.Ordinal).Select(static e => (e.Name, VerbTable.Make(e.Name).Summary)));
        HelpText.Options(text, global, "Global Options");
        return text.Append("\nRun 'sampan COMMAND --help' for more information on a command.\n").ToString();
    }

    public static string OfGroup(string group)
    {
        var text = new StringBuilder($"Usage:  sampan {group} COMMAND\n\n{VerbTable.Groups.First(g => g.Name == group).Summary}\n");
        Section(text, "Commands", VerbTable.Entries.Where(e => e.WordIn(group) is not null).Select(e => (e.WordIn(group)!, VerbTable.Make(e.Name).Summary)).OrderBy(static e => e.Item1, StringComparer.Ordinal));
        return text.Append($"\nRun 'sampan {group} COMMAND --help' for more information on a command.\n").ToString();
    }

    private static void Section(StringBuilder text, string title, IEnumerable<(string Name, string Summary)> lines)
    {
        text.Append('\n').Append(title).Append(":\n");
        foreach (var (name, summary) in lines)
            text.Append("  ").Append(name.PadRight(12)).Append(summary).Append('\n');
    }
}
