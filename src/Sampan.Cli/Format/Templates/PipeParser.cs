namespace Sampan.Cli.Format;

/// <summary>A pipeline, such as <c>$x := .A.B | printf "%s" | upper</c>.</summary>
internal sealed class PipeParser(TemplateLexer tokens, HashSet<string> variables, string text)
{
    private const int Deepest = 50;

    private Token _token = tokens.Next();
    private int _depth;

    public Pipe Whole(bool inRange)
    {
        var pipe = Pipe(inRange);
        return _token.Kind == TokenKind.End ? pipe : throw Unexpected();
    }

    private Pipe Pipe(bool inRange)
    {
        if (++_depth > Deepest)
            throw Template.Wrong("nested too deeply");
        var names = new List<string>();
        bool declares = false;
        Skip();
        List<Operand>? first = null;
        if (_token.Kind == TokenKind.Variable)
        {
            string name = Take().Text;
            bool apart = Skip();
            if (IsSign(":=") || IsSign("=") || (inRange && IsSign(",")))
            {
                names.Add(name);
                if (IsSign(","))
                {
                    Take();
                    Skip();
                    if (_token.Kind != TokenKind.Variable)
                        throw Unexpected();
                    names.Add(Take().Text);
                    Skip();
                }
                declares = IsSign(":=") ? true : IsSign("=") ? false : throw Unexpected();
                Take();
            }
            else
                first = [Followed(Variable(name), apart)];
        }
        var commands = new List<Command>();
        do
        {
            commands.Add(new Command(Operands(first)));
            first = null;
        }
        while (IsSign("|") && Take().Kind == TokenKind.Sign);
        foreach (string name in names)
            if (declares)
                variables.Add(name);
            else if (!variables.Contains(name))
                throw Template.Wrong($"undefined variable \"{name}\"");
        _depth--;
        return new Pipe(names, declares, commands);
    }

    private List<Operand> Operands(List<Operand>? first)
    {
        var operands = first ?? [];
        Skip();
        while (_token.Kind != TokenKind.End && !IsSign("|") && !IsSign(")"))
        {
            operands.Add(One());
            if (!Skip() && _token.Kind != TokenKind.End && !IsSign("|") && !IsSign(")"))
                throw Unexpected();
        }
        if (operands.Count == 0)
            throw Template.Wrong($"missing value for command in {{{{{text}}}}}");
        if (operands[0].Kind == OperandKind.Literal && operands.Count > 1)
            throw Template.Wrong($"can't give argument to non-function {operands[0].Name}");
        return operands;
    }

    private Operand One()
    {
        switch (_token.Kind)
        {
            case TokenKind.Field:
                return Followed(new Operand(OperandKind.Dot, "", null, [Take().Text]), false);
            case TokenKind.Variable:
                return Followed(Variable(Take().Text), false);
            case TokenKind.Literal:
                var literal = Take();
                return new Operand(OperandKind.Literal, $"{literal.Value}", literal.Value, []);
            case TokenKind.Word:
                string word = Take().Text;
                return word switch
                {
                    "true" or "false" => new Operand(OperandKind.Literal, word, word == "true", []),
                    "nil" => new Operand(OperandKind.Literal, word, null, []),
                    _ when TemplateFunctions.Exists(word) => new Operand(OperandKind.Function, word, null, []),
                    _ => throw Template.Wrong($"function \"{word}\" not defined"),
                };
            case TokenKind.Sign when _token.Text == ".":
                Take();
                return new Operand(OperandKind.Dot, ".", null, []);
            case TokenKind.Sign when _token.Text == "(":
                Take();
                var inner = Pipe(false);
                if (!IsSign(")"))
                    throw Template.Wrong($"unclosed left paren in {{{{{text}}}}}");
                Take();
                return Followed(new Operand(OperandKind.Parentheses, "()", null, []) { Inner = inner }, false);
            default:
                throw Unexpected();
        }
    }

    /// <summary>The fields that follow at once.</summary>
    private Operand Followed(Operand operand, bool apart)
    {
        while (!apart && _token.Kind == TokenKind.Field)
            operand.Fields.Add(Take().Text);
        return operand;
    }

    private Operand Variable(string name)
        => variables.Contains(name) ? new Operand(OperandKind.Variable, name, null, []) : throw Template.Wrong($"undefined variable \"{name}\"");

    private bool IsSign(string sign) => _token.Kind == TokenKind.Sign && _token.Text == sign;

    private Token Take()
    {
        var taken = _token;
        _token = tokens.Next();
        return taken;
    }

    private bool Skip()
    {
        if (_token.Kind != TokenKind.Space)
            return false;
        Take();
        return true;
    }

    private SampanException Unexpected() => Template.Wrong($"unexpected {(_token.Kind == TokenKind.End ? "end" : _token.Text)} in {{{{{text}}}}}");
}
