namespace Sampan.Cli.Grammar;

/// <summary>One command of <c>sampan</c>: what it is called, what it takes, what it does.</summary>
public abstract class Verb
{
    /// <summary>As the table of verbs has it first.</summary>
    public abstract string Name { get; }

    /// <summary>The spelling that was typed.</summary>
    public string CalledAs { get => _calledAs ?? Name; set => _calledAs = value; }

    private string? _calledAs;

    /// <summary>What follows the name in the usage line, such as <c>[OPTIONS] IMAGE [COMMAND] [ARG...]</c>.</summary>
    public abstract string Arguments { get; }

    /// <summary>One line.</summary>
    public abstract string Summary { get; }

    /// <summary>False when the first positional argument ends the flags, because what follows belongs to the container.</summary>
    public virtual bool Interspersed => true;

    /// <summary>False: whatever comes is an argument.</summary>
    public virtual bool TakesFlags => true;

    /// <summary>Fewest positional arguments.</summary>
    public virtual int Least => 0;

    /// <summary>Most positional arguments.</summary>
    public virtual int Most => int.MaxValue;

    /// <summary>The exit code of a failure of the engine; 125 where a container's own exit code could be mistaken for it.</summary>
    public virtual int FailureExitCode => 1;

    /// <summary>The exit code for a failure of <paramref name="kind"/>.</summary>
    public virtual int ExitCodeOf(ErrorKind kind) => FailureExitCode;

    public FlagSet Flags { get; } = new();

    /// <summary>Does the work and returns the exit code.</summary>
    public abstract int Run(Session session, List<string> arguments);

    /// <summary>Reads <paramref name="arguments"/>; returns the positional ones.</summary>
    /// <exception cref="FlagException"/>
    /// <exception cref="ArgumentCountException"/>
    public List<string> Parse(ReadOnlySpan<string> arguments)
    {
        var positional = TakesFlags ? ArgumentParser.Parse(Flags, arguments, Interspersed) : [.. arguments];
        if (positional.Count < Least || positional.Count > Most)
            throw new ArgumentCountException($"\"sampan {CalledAs}\" {Wanted()}.");
        return positional;
    }

    private string Wanted()
    {
        if (Most == 0)
            return "accepts no arguments";
        int count = Least == Most || Least > 0 ? Least : Most;
        string plural = count == 1 ? "" : "s";
        if (Least == Most)
            return $"requires exactly {count} argument{plural}";
        return Least > 0 ? $"requires at least {count} argument{plural}" : $"requires at most {count} argument{plural}";
    }
}

/// <summary>Too few or too many positional arguments, in Docker's words.</summary>
public sealed class ArgumentCountException(string message) : Exception(message);
