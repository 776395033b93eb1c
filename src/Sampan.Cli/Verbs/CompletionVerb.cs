using Sampan.Cli.Completion;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class CompletionVerb : Verb
{
    public override string Name => "completion";

    public override string Arguments => "SHELL";

    public override string Summary => "Generate the autocompletion script for the specified shell (bash, fish or zsh)";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        if (CompletionScript.For(arguments[0]) is not { } script)
            return session.Fail($"no completion for the shell {arguments[0]}: want {string.Join(", ", CompletionScript.Shells)}", 1);
        session.Out.Write(script);
        return 0;
    }
}

/// <summary>What the scripts ask.</summary>
internal sealed class CompleteVerb : Verb
{
    public override string Name => "__complete";

    public override string Arguments => "WORD...";

    public override string Summary => "Print what could be typed next";

    public override bool Interspersed => false;

    /// <summary>All words are those of another command line.</summary>
    public override bool TakesFlags => false;

    public override int Run(Session session, List<string> arguments)
    {
        foreach (string line in new Completer(session).Complete(arguments))
            session.Out.Line(line);
        return 0;
    }
}
