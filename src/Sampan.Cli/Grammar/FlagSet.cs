namespace Sampan.Cli.Grammar;

/// <summary>The flags of one command. Help, completion and parsing all read this list.</summary>
public sealed class FlagSet
{
    private readonly List<Flag> _flags = [];

    /// <summary>In the order of declaration.</summary>
    public IReadOnlyList<Flag> All => _flags;

    public T Add<T>(T flag) where T : Flag
    {
        _flags.Add(flag);
        return flag;
    }

    public BoolFlag Bool(string name, char shorthand, string usage) => Add(new BoolFlag(name, shorthand, usage));

    public TextFlag Text(string name, char shorthand, string usage) => Add(new TextFlag(name, shorthand, usage));

    public ListFlag List(string name, char shorthand, string usage) => Add(new ListFlag(name, shorthand, usage));

    public ValuesFlag<T> List<T>(string name, char shorthand, string usage, Func<string, T> read) => Add(new ValuesFlag<T>(name, shorthand, usage, read));

    public ValueFlag<long> Whole(string name, char shorthand, string usage) => Add(new ValueFlag<long>(name, shorthand, usage, "int", Values.Whole));

    public ValueFlag<long> Bytes(string name, char shorthand, string usage) => Add(new ValueFlag<long>(name, shorthand, usage, "bytes", Values.Bytes));

    /// <summary>The flag called <paramref name="name"/>, or null. Lists are short; a table would cost more than it saves.</summary>
    public Flag? Long(ReadOnlySpan<char> name)
    {
        foreach (var flag in _flags)
            if (name.SequenceEqual(flag.Name) || Among(flag.Aliases, name))
                return flag;
        return null;
    }

    public Flag? Short(char letter)
    {
        foreach (var flag in _flags)
            if (flag.Shorthand == letter)
                return flag;
        return null;
    }

    /// <summary>The flag with the old spelling <c>-name</c>, or null.</summary>
    public Flag? OneDash(ReadOnlySpan<char> name)
    {
        foreach (var flag in _flags)
            if (Among(flag.OneDash, name))
                return flag;
        return null;
    }

    private static bool Among(string[] names, ReadOnlySpan<char> name)
    {
        foreach (string other in names)
            if (name.SequenceEqual(other))
                return true;
        return false;
    }
}
