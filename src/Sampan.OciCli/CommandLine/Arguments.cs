using System.Globalization;

namespace Sampan.OciCli;

/// <summary>
/// Options of one verb, read by the rules of runc's command line: <c>--name value</c>, <c>--name=value</c>, one dash or two, before the container's id or
/// after it.
/// </summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    /// <param name="declared">Such as <c>bundle,b=</c> (takes a value), <c>detach,d</c> (does not): long name, short form.</param>
    /// <exception cref="UsageException">An option that is not declared, or lacks its value.</exception>
    public Arguments(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> declared) : this(endAtFirst: false, arguments, declared)
    {
    }

    private Arguments(bool endAtFirst, ReadOnlySpan<string> arguments, ReadOnlySpan<string> declared)
    {
        var positional = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--")
            {
                positional.AddRange(arguments[(i + 1)..]);
                break;
            }
            bool option = arguments[i].Length > 1 && arguments[i][0] == '-';
            // Behind the first argument that is no option, what is not declared is none either: `kill ID -9`.
            if (!option || positional.Count > 0 && Find(declared, NameOf(arguments[i]), out _) is null)
            {
                if (endAtFirst)
                {
                    positional.AddRange(arguments[i..]);
                    break;
                }
                positional.Add(arguments[i]);
                continue;
            }
            string text = arguments[i].TrimStart('-');
            int equals = text.IndexOf('=');
            string given = NameOf(arguments[i]);
            string name = Find(declared, given, out bool takesValue) ?? throw new UsageException($"flag provided but not defined: -{given}");
            string value = "true";
            if (equals >= 0)
                value = text[(equals + 1)..];
            else if (takesValue)
                value = ++i < arguments.Length ? arguments[i] : throw new UsageException($"flag needs an argument: -{given}");
            if (!_values.TryGetValue(name, out var values))
                _values[name] = values = [];
            values.Add(value);
        }
        Positional = [.. positional];
    }

    /// <summary>Options that end at the first argument that is none: what follows belongs to somebody else.</summary>
    public static Arguments BeforeCommand(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> declared) => new(endAtFirst: true, arguments, declared);

    public string[] Positional { get; }

    public string? Value(string name) => _values.TryGetValue(name, out var values) ? values[^1] : null;

    public IReadOnlyList<string> Values(string name) => _values.TryGetValue(name, out var values) ? values : [];

    public bool Flag(string name) => Value(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw new UsageException($"invalid boolean value \"{other}\" for -{name}"),
    };

    public int Number(string name, int absent) => Value(name) is not { } text ? absent
        : int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number
        : throw new UsageException($"invalid value \"{text}\" for flag -{name}: not a number");

    /// <summary>The only positional argument: a container's id.</summary>
    public string ID(string verb) => Positional.Length switch
    {
        0 => throw new UsageException($"\"{verb}\" requires exactly 1 argument: the container's id"),
        1 => Positional[0],
        _ => throw new UsageException($"\"{verb}\" requires exactly 1 argument, got {Positional.Length}: {string.Join(' ', Positional)}"),
    };

    private static string NameOf(string option)
    {
        string text = option.TrimStart('-');
        int equals = text.IndexOf('=');
        return equals < 0 ? text : text[..equals];
    }

    private static string? Find(ReadOnlySpan<string> declared, string given, out bool takesValue)
    {
        foreach (string declaration in declared)
        {
            takesValue = declaration.EndsWith('=');
            var names = declaration.AsSpan().TrimEnd('=');
            int comma = names.IndexOf(',');
            var name = comma < 0 ? names : names[..comma];
            if (name.SequenceEqual(given) || comma >= 0 && names[(comma + 1)..].SequenceEqual(given))
                return name.ToString();
        }
        takesValue = false;
        return null;
    }
}

/// <summary>The command line is wrong.</summary>
internal sealed class UsageException(string message) : SampanException(ErrorKind.InvalidArgument, message);
