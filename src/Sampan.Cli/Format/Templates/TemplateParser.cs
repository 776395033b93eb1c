namespace Sampan.Cli.Format;

/// <summary>Text of a template to nodes.</summary>
internal sealed class TemplateParser(string text)
{
    /// <summary>Blocks in one another; more would only be there to exhaust the stack.</summary>
    private const int Deepest = 100;

    private readonly HashSet<string> _variables = ["$"];
    private int _at;
    private int _depth;
    private int _ranges;
    private bool _trimsNext;

    public TemplateBlock Whole()
    {
        var block = Block(out var end);
        return end is null ? block : throw Template.Wrong($"unexpected {{{{{end}}}}}");
    }

    /// <summary>Nodes up to <c>{{end}}</c>, <c>{{else…}}</c> or the end of the text.</summary>
    /// <param name="end">What ended the block; null: the end of the text.</param>
    private TemplateBlock Block(out string? end)
    {
        if (++_depth > Deepest)
            throw Template.Wrong("nested too deeply");
        var nodes = new List<TemplateNode>();
        while (true)
        {
            int open = text.IndexOf("{{", _at, StringComparison.Ordinal);
            string plain = open < 0 ? text[_at..] : text[_at..open];
            if (_trimsNext)
                plain = plain.TrimStart(' ', '\t', '\r', '\n');
            _trimsNext = false;
            if (open >= 0 && open + 3 < text.Length && text[open + 2] == '-' && char.IsWhiteSpace(text[open + 3]))
                plain = plain.TrimEnd(' ', '\t', '\r', '\n');
            if (plain.Length > 0)
                nodes.Add(new TextNode(plain));
            if (open < 0)
            {
                (_at, end) = (text.Length, null);
                break;
            }
            string inner = Inner(open);
            if (inner.StartsWith("/*", StringComparison.Ordinal))
                continue;
            string word = inner.Split([' ', '\t', '\n', '\r'], 2)[0];
            if (word is "end" or "else")
            {
                end = inner;
                break;
            }
            nodes.Add(Node(word, inner));
        }
        _depth--;
        return new TemplateBlock(nodes);
    }

    /// <summary>What is between the braces that open here, without the signs that trim.</summary>
    private string Inner(int open)
    {
        int start = open + 2, close = Close(start);
        string inner = text[start..close];
        _at = close + 2;
        if (inner.Length > 1 && inner[0] == '-' && char.IsWhiteSpace(inner[1]))
            inner = inner[1..];
        if (inner.Length > 1 && inner[^1] == '-' && char.IsWhiteSpace(inner[^2]))
            (inner, _trimsNext) = (inner[..^1], true);
        inner = inner.Trim();
        return inner.Length > 0 ? inner : throw Template.Wrong("missing value for command");
    }

    /// <summary>Braces in strings close nothing.</summary>
    private int Close(int at)
    {
        char quote = '\0';
        for (int i = at; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == '\\' && quote != '`')
                    i++;
                else if (c == quote)
                    quote = '\0';
            }
            else if (c is '"' or '`' or '\'')
                quote = c;
            else if (c == '}' && i + 1 < text.Length && text[i + 1] == '}')
                return i;
        }
        throw Template.Wrong(quote == '\0' ? "unclosed action" : "unterminated quoted string");
    }

    private TemplateNode Node(string word, string inner)
    {
        switch (word)
        {
            case "if":
                return Inside(Control.If, inner[2..]);
            case "range":
                return Inside(Control.Range, inner[5..]);
            case "with":
                return Inside(Control.With, inner[4..]);
            case "break" or "continue":
                return _ranges > 0 ? new JumpNode(word == "break") : throw Template.Wrong($"{{{{{word}}}}} outside {{{{range}}}}");
            case "define" or "template" or "block":
                throw Template.Wrong($"{{{{{word}}}}} is not known here");
            default:
                return new ActionNode(PipeOf(inner));
        }
    }

    private ControlNode Inside(Control control, string rest)
    {
        var before = new HashSet<string>(_variables);
        var pipe = PipeOf(rest, inRange: control == Control.Range);
        _ranges += control == Control.Range ? 1 : 0;
        var body = Block(out string? end);
        _ranges -= control == Control.Range ? 1 : 0;
        TemplateBlock? other = null;
        if (end is not null && end != "end")
        {
            string chained = end["else".Length..].Trim();
            if (chained.Length == 0)
                other = Block(out end);
            else
            {
                string word = chained.Split(' ', 2)[0];
                if (word is not ("if" or "with"))
                    throw Template.Wrong($"unexpected {{{{{end}}}}}");
                // {{else if x}} is an if inside, whose end is this one's too.
                other = new TemplateBlock([Inside(word == "if" ? Control.If : Control.With, chained[word.Length..])]);
                end = "end";
            }
        }
        if (end != "end")
            throw Template.Wrong(end is null ? $"unexpected EOF: {control.ToString().ToLowerInvariant()} without end" : $"unexpected {{{{{end}}}}}");
        _variables.IntersectWith(before);
        return new ControlNode(control, pipe, body, other);
    }

    private Pipe PipeOf(string inner, bool inRange = false)
    {
        var pieces = new PipeParser(new TemplateLexer(inner), _variables, inner.Trim());
        return pieces.Whole(inRange);
    }
}
