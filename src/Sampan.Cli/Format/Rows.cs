using System.Text;

using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary><c>--format</c> of lists: <c>json</c>, a template a row, or <c>table</c> and a template that is also used for the heading.</summary>
internal static class Rows
{
    private const string TablePrefix = "table ";

    /// <param name="heads">Field to heading.</param>
    public static void Print(Output output, string format, OciObject heads, IEnumerable<OciObject> rows)
    {
        bool table = format.StartsWith(TablePrefix, StringComparison.Ordinal);
        var template = Template.Parse(format == "json" ? "{{json .}}" : table ? format[TablePrefix.Length..] : format);
        if (!table)
        {
            foreach (var row in rows)
                output.Line(template.Apply(row.ToJson()));
            return;
        }
        var set = new Table(template.Apply(heads.ToJson()).Split('\t'));
        foreach (var row in rows)
            set.Add(template.Apply(row.ToJson()).Split('\t'));
        output.Write(set.ToString());
    }
}
