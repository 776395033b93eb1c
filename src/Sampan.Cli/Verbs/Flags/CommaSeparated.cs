using System.Text;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>A line of <see href="https://www.rfc-editor.org/rfc/rfc4180">comma-separated values</see>: a field in quotes may hold commas, and a quote as two.</summary>
internal static class CommaSeparated
{
    /// <exception cref="FormatException">A quote where none may be, or one that is not closed.</exception>
    public static List<string> Split(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        int at = 0;
        while (true)
        {
            if (at < line.Length && line[at] == '"')
                at = Quoted(line, at + 1, field);
            else
                for (; at < line.Length && line[at] != ','; at++)
                    field.Append(line[at] != '"' ? line[at] : throw new FormatException($"bare \" in a field that does not begin with one: {line}"));
            fields.Add(field.ToString());
            field.Clear();
            if (at == line.Length)
                return fields;
            at++;
        }
    }

    /// <returns>Where the comma after the field is, or the end.</returns>
    private static int Quoted(string line, int at, StringBuilder field)
    {
        for (; at < line.Length; at++)
        {
            if (line[at] != '"')
                field.Append(line[at]);
            else if (at + 1 < line.Length && line[at + 1] == '"')
                field.Append(line[++at]);
            else if (at + 1 == line.Length || line[at + 1] == ',')
                return at + 1;
            else
                break;
        }
        throw new FormatException($"a quote is not closed where the field ends: {line}");
    }
}
