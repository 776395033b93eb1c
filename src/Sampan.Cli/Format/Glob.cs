namespace Sampan.Cli.Format;

/// <summary>Patterns as Go's <see href="https://pkg.go.dev/path#Match">path.Match</see> has them: <c>*</c> and <c>?</c> stand for no slash, <c>[a-z]</c> and <c>[^a-z]</c> for one character.</summary>
public static class Glob
{
    /// <exception cref="SampanException">A bracket without its end.</exception>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        while (pattern.Length > 0)
        {
            if (pattern[0] == '*')
            {
                pattern = pattern.TrimStart('*');
                for (int i = 0; i <= text.Length; i++)
                {
                    if (Matches(pattern, text[i..]))
                        return true;
                    if (i < text.Length && text[i] == '/')
                        return false;
                }
                return false;
            }
            if (!One(ref pattern, text))
                return false;
            text = text[1..];
        }
        return text.IsEmpty;
    }

    /// <summary>Takes one character's worth off the pattern.</summary>
    private static bool One(ref ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        char sign = pattern[0];
        if (sign == '[')
        {
            int end = pattern[1..].IndexOf(']') + 1;
            if (end < 2)
                throw new SampanException(ErrorKind.InvalidArgument, "a pattern's [ lacks its ]");
            var set = pattern[1..end];
            pattern = pattern[(end + 1)..];
            bool not = set[0] == '^';
            return !text.IsEmpty && text[0] != '/' && Holds(not ? set[1..] : set, text[0]) != not;
        }
        int length = sign == '\\' && pattern.Length > 1 ? 2 : 1;
        char wanted = pattern[length - 1];
        pattern = pattern[length..];
        return !text.IsEmpty && (length == 1 && sign == '?' ? text[0] != '/' : text[0] == wanted);
    }

    private static bool Holds(ReadOnlySpan<char> set, char c)
    {
        for (int i = 0; i < set.Length; i++)
            if (i + 2 < set.Length && set[i + 1] == '-')
            {
                if (c >= set[i] && c <= set[i + 2])
                    return true;
                i += 2;
            }
            else if (set[i] == c)
                return true;
        return false;
    }
}
