using System.Text;

namespace Sampan.Cli.Grammar;

/// <summary>The help of a command, from its declarations, laid out as Docker's.</summary>
public static class HelpText
{
    public static string Of(Verb verb)
    {
        var text = new StringBuilder();
        text.Append("Usage:  sampan ").Append(verb.Name).Append(verb.Arguments.Length > 0 ? " " : "").Append(verb.Arguments).Append("\n\n")
            .Append(verb.Summary).Append('\n');
        if (verb.Aliases.Length > 0)
            text.Append("\nAliases:\n  sampan ").Append(verb.Name).Append(", sampan ").AppendJoin(", sampan ", verb.Aliases).Append('\n');
        Options(text, verb.Flags);
        return text.ToString();
    }

    /// <summary>The "Options:" part; nothing when there are none to show.</summary>
    public static void Options(StringBuilder text, FlagSet flags)
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
        text.Append("\nOptions:\n");
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
