using System.Text;

namespace Sampan.Cli.Grammar;

/// <summary>The help of a command, from its declarations, laid out as Docker's.</summary>
public static class HelpText
{
    public static string Of(Verb verb, VerbEntry entry)
    {
        var text = new StringBuilder();
        text.Append("Usage:  sampan ").Append(verb.CalledAs).Append(verb.Arguments.Length > 0 ? " " : "").Append(verb.Arguments).Append("\n\n")
            .Append(verb.Summary).Append('\n');
        if (entry.Spellings.Length > 1)
            text.Append("\nAliases:\n  ").AppendJoin(", ", entry.Spellings.Skip(1).Append(entry.Name).Select(static s => $"sampan {s}")).Append('\n');
        Options(text, verb.Flags);
        return text.ToString();
    }

    /// <summary>The part that lists the flags; nothing when there are none to show.</summary>
    public static void Options(StringBuilder text, FlagSet flags, string title = "Options")
    {
        var shown = new List<Flag>();
        int width = 0;
        foreach (var flag in flags.All)
        {
            if (flag.Hidden)
                continue;
            shown.Add(flag);
            width = Math.Max(width, Left(flag).Length);
        }
        if (shown.Count == 0)
            return;
        shown.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        text.Append('\n').Append(title).Append(":\n");
        foreach (var flag in shown)
        {
            text.Append(Left(flag).PadRight(width + 3)).Append(flag.Usage);
            if (flag.DefaultText is { } value)
                text.Append(" (default ").Append(value).Append(')');
            text.Append('\n');
        }
    }

    private static string Left(Flag flag)
    {
        string names = flag.Shorthand == '\0' ? $"      --{flag.Name}" : $"  -{flag.Shorthand}, --{flag.Name}";
        return flag.TypeName.Length == 0 ? names : $"{names} {flag.TypeName}";
    }
}
