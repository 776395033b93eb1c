using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Format;

/// <summary>
/// A template of <c>--format</c>, in the language of Go's <see href="https://pkg.go.dev/text/template">text/template</see> with the functions Docker adds
/// (<c>json</c>, <c>join</c>, <c>split</c>, <c>upper</c>, <c>lower</c>, <c>title</c>, <c>pad</c>, <c>truncate</c>), applied to a JSON document.
/// </summary>
/// <remarks>Not there: <c>define</c>, <c>template</c> and <c>block</c>, which a single line has no use for.</remarks>
public sealed class Template
{
    private readonly TemplateBlock _block;

    private Template(TemplateBlock block) => _block = block;

    /// <exception cref="SampanException">Not such a template; one line says why.</exception>
    public static Template Parse(string text) => new(new TemplateParser(text).Whole());

    /// <summary>Whether <c>{{.NAME}}</c> is asked for anywhere: what costs time is found out only then.</summary>
    public bool Mentions(string field) => _block.Mentions(field);

    /// <param name="labels">What <c>{{.Label "key"}}</c> looks in.</param>
    /// <exception cref="SampanException">A field that is not there, an argument that does not fit a function.</exception>
    public string Apply(ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string>? labels = null) => Apply(json, labels, heading: false);

    /// <summary>As the heading of a table: functions leave the names of columns as they are.</summary>
    internal string Heading(ReadOnlyMemory<byte> names) => Apply(names, null, heading: true);

    private string Apply(ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string>? labels, bool heading)
    {
        using var document = JsonDocument.Parse(json);
        var run = new TemplateRun { Root = document.RootElement, Labels = labels, Heading = heading };
        run.Block(_block, run.Root);
        return run.Text.ToString();
    }

    internal static SampanException Wrong(string why) => new(ErrorKind.InvalidArgument, $"template: {why}");
}
