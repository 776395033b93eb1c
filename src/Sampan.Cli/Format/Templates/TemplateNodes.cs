namespace Sampan.Cli.Format;

/// <summary>A template, parsed: what is printed one after another.</summary>
internal sealed record TemplateBlock(List<TemplateNode> Nodes)
{
    public bool Mentions(string field) => Nodes.Exists(node => node switch
    {
        ActionNode action => action.Pipe.Mentions(field),
        ControlNode control => control.Pipe.Mentions(field) || control.Body.Mentions(field) || control.Else?.Mentions(field) == true,
        _ => false,
    });
}

internal abstract record TemplateNode;

/// <summary>Text between the braces.</summary>
internal sealed record TextNode(string Text) : TemplateNode;

/// <summary><c>{{pipeline}}</c>: printed, unless it declares a variable.</summary>
internal sealed record ActionNode(Pipe Pipe) : TemplateNode;

internal enum Control { If, Range, With }

internal sealed record ControlNode(Control Control, Pipe Pipe, TemplateBlock Body, TemplateBlock? Else) : TemplateNode;

/// <summary><c>{{break}}</c> and <c>{{continue}}</c>.</summary>
internal sealed record JumpNode(bool Breaks) : TemplateNode;

/// <summary>Commands, each of which gets what the one before gave as its last argument.</summary>
/// <param name="Variables">Names with their dollar signs that get the value.</param>
/// <param name="Declares">The variables are new: <c>:=</c>.</param>
internal sealed record Pipe(List<string> Variables, bool Declares, List<Command> Commands)
{
    public bool Mentions(string field) => Commands.Exists(command => command.Operands.Exists(operand => operand.Fields.FirstOrDefault() == field || operand.Inner?.Mentions(field) == true));
}

internal sealed record Command(List<Operand> Operands);

internal enum OperandKind { Dot, Variable, Literal, Function, Parentheses }

/// <param name="Fields">Those that follow: <c>.A.B</c> of the dot, <c>$x.A</c>, <c>(index .A 0).B</c>.</param>
internal sealed record Operand(OperandKind Kind, string Name, object? Value, List<string> Fields)
{
    public Pipe? Inner { get; init; }

    public override string ToString() => $"{Name}{string.Concat(Fields.Select(static f => $".{f}"))}";
}
