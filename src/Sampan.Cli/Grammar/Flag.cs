namespace Sampan.Cli.Grammar;

/// <summary>One declared flag: its names, its help, and the value the command line gave it.</summary>
public abstract class Flag(string name, char shorthand, string usage)
{
    /// <summary>Long name without dashes, such as <c>memory</c>.</summary>
    public string Name { get; } = name;

    /// <summary>One letter, or NUL when the flag has none.</summary>
    public char Shorthand { get; } = shorthand;

    /// <summary>One line for the help.</summary>
    public string Usage { get; } = usage;

    /// <summary>The kind of value as the help prints it (<c>string</c>, <c>list</c>, <c>bytes</c>); empty for a switch.</summary>
    public abstract string TypeName { get; }

    /// <summary>Other long names, understood and left out of the help.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Old spellings with one dash (<c>-net</c>). Only words that could not be read as a bundle of short flags.</summary>
    public string[] OneDash { get; init; } = [];

    /// <summary>True: understood, but left out of the help.</summary>
    public bool Hidden { get; init; }

    /// <summary>Whether the command line named the flag.</summary>
    public bool IsSet { get; private set; }

    /// <summary>What <c>--name</c> without a value means, or null when a value must follow.</summary>
    public virtual string? ValueWhenBare => null;

    /// <summary>What the help says in "(default …)", or null.</summary>
    public string? DefaultText { get; init; }

    /// <summary>Takes <paramref name="text"/> as the flag's value.</summary>
    /// <exception cref="FormatException">The text is not a value of this flag; the message says why, without naming the flag.</exception>
    public void Take(string text)
    {
        Set(text);
        IsSet = true;
    }

    protected abstract void Set(string text);
}

/// <summary>A switch: <c>--rm</c>, <c>--rm=false</c>.</summary>
public sealed class BoolFlag(string name, char shorthand, string usage) : Flag(name, shorthand, usage)
{
    public bool Value { get; private set; }

    /// <summary>Before the command line says otherwise.</summary>
    public bool Initial { init => Value = value; }

    public override string TypeName => "";

    public override string? ValueWhenBare => "true";

    /// <summary>As Go's strconv.ParseBool; null: neither.</summary>
    public static bool? Parse(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };

    protected override void Set(string text) => Value = Parse(text) ?? throw new FormatException($"\"{text}\" is neither true nor false");
}

/// <summary>A text; given twice, the last counts.</summary>
public sealed class TextFlag(string name, char shorthand, string usage) : Flag(name, shorthand, usage)
{
    public string? Value { get; private set; }

    public override string TypeName => "string";

    protected override void Set(string text) => Value = text;
}

/// <summary>Texts, one for each time the flag is given, in order.</summary>
public sealed class ListFlag(string name, char shorthand, string usage) : Flag(name, shorthand, usage)
{
    public List<string> Values { get; } = [];

    public override string TypeName => "list";

    protected override void Set(string text) => Values.Add(text);
}

/// <summary>Values read by <paramref name="read"/>, which throws <see cref="FormatException"/>, one for each time the flag is given, in order.</summary>
public sealed class ValuesFlag<T>(string name, char shorthand, string usage, Func<string, T> read) : Flag(name, shorthand, usage)
{
    private readonly List<T> _values = [];

    /// <summary>null: not given.</summary>
    public List<T>? Values => _values.Count > 0 ? _values : null;

    public override string TypeName => "list";

    protected override void Set(string text) => _values.Add(read(text));
}

/// <summary>A value read by <paramref name="read"/>, which throws <see cref="FormatException"/>; null until given.</summary>
/// <param name="typeName">The kind of value as the help prints it.</param>
public sealed class ValueFlag<T>(string name, char shorthand, string usage, string typeName, Func<string, T> read) : Flag(name, shorthand, usage)
    where T : struct
{
    public T? Value { get; private set; }

    public override string TypeName => typeName;

    protected override void Set(string text) => Value = read(text);
}
