namespace Sampan.Engine;

/// <summary>
/// Lines of a container's /etc/passwd and /etc/group: <see href="https://man7.org/linux/man-pages/man5/passwd.5.html">passwd(5)</see>,
/// <see href="https://man7.org/linux/man-pages/man5/group.5.html">group(5)</see>. A line that is malformed is no entry.
/// </summary>
internal static class AccountFiles
{
    internal readonly record struct PasswdEntry(string Name, uint Uid, uint Gid, string Home);

    internal readonly record struct GroupEntry(string Name, uint Gid, string Members)
    {
        public bool Has(string user)
        {
            foreach (var range in Members.AsSpan().Split(','))
                if (Members.AsSpan(range).SequenceEqual(user))
                    return true;
            return false;
        }
    }

    public static IEnumerable<PasswdEntry> Passwd(string text)
    {
        foreach (string[] fields in Lines(text, 6))
            if (Ids.TryParse(fields[2], out uint uid) && Ids.TryParse(fields[3], out uint gid))
                yield return new PasswdEntry(fields[0], uid, gid, fields[5]);
    }

    public static IEnumerable<GroupEntry> Group(string text)
    {
        foreach (string[] fields in Lines(text, 3))
            if (Ids.TryParse(fields[2], out uint gid))
                yield return new GroupEntry(fields[0], gid, fields.Length > 3 ? fields[3] : "");
    }

    private static IEnumerable<string[]> Lines(string text, int fewest)
    {
        int start = 0;
        while (start < text.Length)
        {
            int end = text.IndexOf('\n', start);
            end = end < 0 ? text.Length : end;
            string[] fields = text[start..end].TrimEnd('\r').Split(':');
            start = end + 1;
            if (fields.Length >= fewest && fields[0].Length > 0)
                yield return fields;
        }
    }
}

/// <summary>User and group ids: 32 bits without sign, and never the last, which means "leave as it is" to the kernel.</summary>
internal static class Ids
{
    public static bool TryParse(ReadOnlySpan<char> text, out uint id)
    {
        id = 0;
        // Digits alone: no sign, no space, no other script's digits.
        return text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9')
            && uint.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;
    }

    /// <summary>Such a text is meant as a number, and is never looked up as a name.</summary>
    public static bool IsNumeric(ReadOnlySpan<char> text) => text.Length > 0 && !text.TrimStart('-').ContainsAnyExceptInRange('0', '9');
}
