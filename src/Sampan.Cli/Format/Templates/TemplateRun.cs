using System.Text;
using System.Text.Json;

namespace Sampan.Cli.Format;

/// <summary>One application of a template to one document.</summary>
internal sealed class TemplateRun
{
    private readonly List<(string Name, object? Value)> _variables = [];

    public required JsonElement Root { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Functions give their first argument back.</summary>
    public bool Heading { get; init; }

    public StringBuilder Text { get; } = new();

    private enum Flow { On, Break, Continue }

    public void Block(TemplateBlock block, object? dot)
    {
        _variables.Add(("$", dot));
        Nodes(block, dot);
    }

    private Flow Nodes(TemplateBlock block, object? dot)
    {
        int mark = _variables.Count;
        try
        {
            foreach (var node in block.Nodes)
            {
                var flow = Flow.On;
                switch (node)
                {
                    case TextNode text:
                        Text.Append(text.Text);
                        break;
                    case ActionNode action:
                        object? value = Value(action.Pipe, dot);
                        if (action.Pipe.Variables.Count == 0)
                            GoValue.Print(value, Text);
                        else
                            Assign(action.Pipe, value);
                        break;
                    case ControlNode { Control: Control.Range } range:
                        flow = Range(range, dot);
                        break;
                    case ControlNode control:
                        flow = Choose(control, dot);
                        break;
                    case JumpNode jump:
                        return jump.Breaks ? Flow.Break : Flow.Continue;
                }
                if (flow != Flow.On)
                    return flow;
            }
            return Flow.On;
        }
        finally
        {
            _variables.RemoveRange(mark, _variables.Count - mark);
        }
    }

    private Flow Choose(ControlNode node, object? dot)
    {
        int mark = _variables.Count;
        object? value = Value(node.Pipe, dot);
        Assign(node.Pipe, value);
        var flow = GoValue.IsTrue(value) ? Nodes(node.Body, node.Control == Control.With ? value : dot) : node.Else is null ? Flow.On : Nodes(node.Else, dot);
        _variables.RemoveRange(mark, _variables.Count - mark);
        return flow;
    }

    private Flow Range(ControlNode node, object? dot)
    {
        bool any = false;
        foreach (var (key, item) in GoValue.Items(Value(node.Pipe, dot)))
        {
            any = true;
            int mark = _variables.Count;
            if (node.Pipe.Variables is [var first, var second])
                _variables.AddRange([(first, key), (second, item)]);
            else if (node.Pipe.Variables is [var only])
                _variables.Add((only, item));
            var flow = Nodes(node.Body, item);
            _variables.RemoveRange(mark, _variables.Count - mark);
            if (flow == Flow.Break)
                break;
        }
        return any || node.Else is null ? Flow.On : Nodes(node.Else, dot);
    }

    private void Assign(Pipe pipe, object? value)
    {
        foreach (string name in pipe.Variables)
        {
            int at = pipe.Declares ? -1 : _variables.FindLastIndex(v => v.Name == name);
            if (at < 0)
                _variables.Add((name, value));
            else
                _variables[at] = (name, value);
        }
    }

    private object? Value(Pipe pipe, object? dot)
    {
        object? value = null;
        for (int i = 0; i < pipe.Commands.Count; i++)
            value = Command(pipe.Commands[i], dot, i > 0, value);
        return value;
    }

    private object? Command(Command command, object? dot, bool piped, object? value)
    {
        var first = command.Operands[0];
        if (first.Kind == OperandKind.Function)
        {
            // These look no further than they need to: `{{if and .A (index .A 0)}}`.
            if (first.Name is "and" or "or")
                return Lazily(command, dot, piped, value, untilTrue: first.Name == "or");
            var arguments = Arguments(command, dot, piped, value);
            return Heading && TemplateFunctions.LeavesHeadings(first.Name) ? arguments.FirstOrDefault() : TemplateFunctions.Call(first.Name, arguments);
        }
        if (first is { Kind: OperandKind.Dot, Fields: ["Label"] } && Root.ValueKind == JsonValueKind.Object && !Root.TryGetProperty("Label", out _))
            return Label(Arguments(command, dot, piped, value));
        if (command.Operands.Count > 1 || piped)
            throw Template.Wrong($"{first} has arguments but is no function");
        return Value(first, dot);
    }

    private object? Lazily(Command command, object? dot, bool piped, object? last, bool untilTrue)
    {
        object? value = null;
        int count = command.Operands.Count - 1 + (piped ? 1 : 0);
        if (count == 0)
            throw Template.Wrong($"wrong number of args for {command.Operands[0].Name}: want at least 1 got 0");
        for (int i = 0; i < count; i++)
        {
            value = i + 1 < command.Operands.Count ? Value(command.Operands[i + 1], dot) : last;
            if (GoValue.IsTrue(value) == untilTrue)
                return value;
        }
        return value;
    }

    private List<object?> Arguments(Command command, object? dot, bool piped, object? value)
    {
        var arguments = new List<object?>(command.Operands.Count);
        foreach (var operand in command.Operands.Skip(1))
            arguments.Add(Value(operand, dot));
        if (piped)
            arguments.Add(value);
        return arguments;
    }

    private object? Label(List<object?> arguments) => arguments is not [string key] ? throw Template.Wrong("wrong number of args for Label: want 1 string")
        : Heading ? key : Labels?.GetValueOrDefault(key) ?? "";

    private object? Value(Operand operand, object? dot)
    {
        object? value = operand.Kind switch
        {
            OperandKind.Dot => dot,
            OperandKind.Variable => _variables.FindLast(v => v.Name == operand.Name).Value,
            OperandKind.Literal => operand.Value,
            OperandKind.Parentheses => Value(operand.Inner!, dot),
            _ => TemplateFunctions.Call(operand.Name, []),
        };
        if (value is JsonElement element && operand.Fields.Count == 0)
            return GoValue.Of(element);
        return operand.Fields.Count == 0 ? value : GoValue.Field(value, operand);
    }
}
