namespace Sampan.Cli.Format;

/// <summary>Text of a template to nodes.</summary>
internal sealed class TemplateParser(string text)
{
    private int _at;

    public static SampanException Wrong(string text, string why) => new(ErrorKind.InvalidArgument, $"template \"{text}\": {why}");

    /// <summary>Nodes up to <c>{{end}}</c>, <c>{{else}}</c> or the end of the text.</summary>
    /// <param name="end">The word that ended the block; null at the end of the text.</param>
    public List<Node> Block(out string? end)
    {
        var nodes = new List<Node>();
        while (true)
        {
            int open = text.IndexOf("{{", _at, StringComparison.Ordinal);
            string plain = open < 0 ? text[_at..] : text[_at..open];
            if (plain.Length > 0)
                nodes.Add(new Node(NodeKind.Text, [Unescape(plain)]));
            if (open < 0)
            {
                _at = text.Length;
                end = null;
                return nodes;
            }
            int close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
                throw Wrong(text, "{{ without }}");
            _at = close + 2;
            var words = Words(text[(open + 2)..close].Trim('-', ' '));
            if (words.Count == 0)
                throw Wrong(text, "missing value in {{}}");
            if (words[0] is "end" or "else")
            {
                end = words[0];
                return nodes;
            }
            nodes.Add(words[0] is "if" or "range" ? Inner(words) : new Node(NodeKind.Value, words));
        }
    }

    private Node Inner(List<string> words)
    {
        var node = new Node(words[0] == "if" ? NodeKind.If : NodeKind.Range, words[1..]);
        if (node.Words.Count == 0)
            throw Wrong(text, $"missing value for {words[0]}");
        node.Body = Block(out string? end);
        if (end == "else")
            node.Else = Block(out end);
        return end == "end" ? node : throw Wrong(text, $"{words[0]} without end");
    }

    private List<string> Words(string inner)
    {
        var words = new List<string>();
        int at = 0;
        while (at < inner.Length)
        {
            if (inner[at] == ' ')
            {
                at++;
                continue;
            }
            int end = inner[at] == '"' ? inner.IndexOf('"', at + 1) + 1 : inner.IndexOf(' ', at);
            if (inner[at] == '"' && end == 0)
                throw Wrong(text, "unterminated quoted string");
            end = end < 0 ? inner.Length : end;
            words.Add(inner[at..end]);
            at = end;
        }
        return words;
    }

    /// <summary>A shell passes <c>\t</c> and <c>\n</c> on as two characters.</summary>
    private static string Unescape(string plain) => plain.Replace("\\t", "\t").Replace("\\n", "\n");
}
