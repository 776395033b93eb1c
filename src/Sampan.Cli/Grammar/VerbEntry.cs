namespace Sampan.Cli.Grammar;

/// <summary>Where the overview lists a verb.</summary>
public enum VerbSection { Common, Other, InGroup, Hidden }

/// <summary>One verb and every way to call it: <c>ps</c>, <c>container ls</c>, <c>container list</c>, <c>container ps</c>.</summary>
public sealed class VerbEntry(VerbSection section, params string[] spellings)
{
    public VerbSection Section { get; } = section;

    /// <summary>The first is the verb's own name.</summary>
    public string[] Spellings { get; } = spellings;

    public string Name => Spellings[0];

    /// <summary>Its first name in <paramref name="group"/>, without the group's; null: it is not in there.</summary>
    public string? WordIn(string group)
    {
        foreach (string spelling in Spellings)
            if (spelling.Length > group.Length && spelling[group.Length] == ' ' && spelling.StartsWith(group, StringComparison.Ordinal))
                return spelling[(group.Length + 1)..];
        return null;
    }
}
