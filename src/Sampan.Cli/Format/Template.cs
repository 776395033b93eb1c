using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Format;

/// <summary>
/// The part of Go's templates that <c>--format</c> is used with: <c>{{.A.B}}</c>, <c>{{json .A}}</c>, <c>{{len .A}}</c>, <c>{{index .A "key" 0}}</c>,
/// <c>{{if .A}}…{{else}}…{{end}}</c>, <c>{{range .A}}…{{end}}</c>, applied to a JSON document.
/// </summary>
public sealed class Template
{
    private readonly List<Node> _nodes;

    private Template(List<Node> nodes) => _nodes = nodes;

    /// <exception cref="SampanException">Not such a template.</exception>
    public static Template Parse(string text)
    {
        var pieces = new TemplateParser(text);
        var nodes = pieces.Block(out string? end);
        return end is null ? new Template(nodes) : throw TemplateParser.Wrong(text, $"unexpected {{{{{end}}}}}");
    }

    public string Apply(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Apply(_nodes, document.RootElement, text);
        return text.ToString();
    }

    private static void Apply(List<Node> nodes, JsonElement dot, StringBuilder text)
    {
        foreach (var node in nodes)
            switch (node.Kind)
            {
                case NodeKind.Text:
                    text.Append(node.Words[0]);
                    break;
                case NodeKind.Value:
                    TemplateValues.Print(TemplateValues.Of(node.Words, dot), node.Words[0] == "json", text);
                    break;
                case NodeKind.If:
                    Apply(TemplateValues.IsTrue(TemplateValues.Of(node.Words, dot)) ? node.Body : node.Else, dot, text);
                    break;
                case NodeKind.Range:
                    int before = text.Length;
                    foreach (var item in TemplateValues.Items(TemplateValues.Of(node.Words, dot)))
                        Apply(node.Body, item, text);
                    if (text.Length == before)
                        Apply(node.Else, dot, text);
                    break;
            }
    }
}

internal enum NodeKind { Text, Value, If, Range }

internal sealed record Node(NodeKind Kind, List<string> Words)
{
    public List<Node> Body { get; set; } = [];

    public List<Node> Else { get; set; } = [];
}
