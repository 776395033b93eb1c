using System.Text;

using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary><c>--format</c> of lists: <c>json</c>, a template a row, or <c>table</c> and a template that is also used for the heading.</summary>
internal static class Rows
{
    private const string TablePrefix = "table ";

    /// <summary>What a list's <c>--format</c> is a template of; parsed before anything is looked up, so that a mistake costs nothing.</summary>
    public static Template Template(string format)
        => Format.Template.Parse(Unescape(format == "json" ? "{{json .}}" : format.StartsWith(TablePrefix, StringComparison.Ordinal) ? format[TablePrefix.Length..] : format));

    /// <param name="heads">Field to heading.</param>
    public static void Print(Output output, string format, OciObject heads, IEnumerable<OciObject> rows, Func<OciObject, IReadOnlyDictionary<string, string>?>? labels = null)
        => output.Write(Text(format, heads, rows, labels));

    public static string Text(string format, OciObject heads, IEnumerable<OciObject> rows, Func<OciObject, IReadOnlyDictionary<string, string>?>? labels = null)
    {
        var template = Template(format);
        if (!format.StartsWith(TablePrefix, StringComparison.Ordinal))
        {
            var text = new StringBuilder();
            foreach (var row in rows)
                text.Append(template.Apply(row.ToJson(), labels?.Invoke(row))).Append('\n');
            return text.ToString();
        }
        var set = new Table(template.Heading(heads.ToJson()).Split('\t'));
        foreach (var row in rows)
            set.Add(template.Apply(row.ToJson(), labels?.Invoke(row)).Split('\t'));
        return set.ToString();
    }

    /// <summary>A shell passes <c>\t</c> and <c>\n</c> on as two characters.</summary>
    private static string Unescape(string format) => format.Trim(' ').Replace("\\t", "\t").Replace("\\n", "\n");
}
