using System.Diagnostics.CodeAnalysis;

namespace Sampan.Cli.Grammar;

/// <summary>
/// Reads arguments by the rules Docker's command line has (those of <see href="https://pkg.go.dev/github.com/spf13/pflag">pflag</see>):
/// <c>--name value</c>, <c>--name=value</c>, bundles of short flags (<c>-it</c>, <c>-m512m</c>, <c>-e=x</c>), and <c>--</c> to end the flags.
/// </summary>
public static class ArgumentParser
{
    /// <summary>Fills <paramref name="flags"/> and returns the positional arguments.</summary>
    /// <param name="interspersed">
    /// True: flags may also follow positional arguments. False: the first positional argument ends the flags, and it and everything after it,
    /// <c>--</c> included, is returned as it stands: it belongs to the container.
    /// </param>
    /// <exception cref="FlagException">An unknown flag, a missing value, or a value the flag refuses.</exception>
    public static List<string> Parse(FlagSet flags, ReadOnlySpan<string> arguments, bool interspersed)
    {
        var positional = new List<string>(arguments.Length);
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (argument.Length < 2 || argument[0] != '-')
            {
                if (!interspersed)
                {
                    positional.AddRange(arguments[i..]);
                    break;
                }
                positional.Add(argument);
            }
            else if (argument == "--")
            {
                positional.AddRange(arguments[(i + 1)..]);
                break;
            }
            else if (argument[1] == '-')
                Long(flags, arguments, ref i);
            else
                Bundle(flags, arguments, ref i);
        }
        return positional;
    }

    private static void Long(FlagSet flags, ReadOnlySpan<string> arguments, ref int i)
    {
        string argument = arguments[i];
        var name = argument.AsSpan(2);
        if (name[0] is '-' or '=')
            throw new FlagException($"bad flag syntax: {argument}");
        int equals = name.IndexOf('=');
        if (equals >= 0)
            name = name[..equals];
        var flag = flags.Long(name);
        if (flag is null)
            throw new FlagException($"unknown flag: --{name}") { AsksHelp = name is "help" };
        if (equals >= 0)
            Take(flag, argument[(equals + 3)..]);
        else if (flag.ValueWhenBare is { } bare)
            Take(flag, bare);
        else if (i + 1 < arguments.Length)
            Take(flag, arguments[++i]);
        else
            throw new FlagException($"flag needs an argument: --{name}");
    }

    private static void Bundle(FlagSet flags, ReadOnlySpan<string> arguments, ref int i)
    {
        string argument = arguments[i];
        if (WithOneDash(flags, arguments, ref i))
            return;
        for (int at = 1; at < argument.Length; at++)
        {
            char letter = argument[at];
            var flag = flags.Short(letter);
            if (flag is null)
                throw new FlagException($"unknown shorthand flag: '{letter}' in {argument}") { AsksHelp = letter == 'h' };
            string rest = argument[(at + 1)..];
            if (rest.Length > 1 && rest[0] == '=')
                Take(flag, rest[1..]);
            else if (flag.ValueWhenBare is { } bare)
            {
                Take(flag, bare);
                continue;
            }
            else if (rest.Length > 0)
                Take(flag, rest);
            else if (i + 1 < arguments.Length)
                Take(flag, arguments[++i]);
            else
                throw new FlagException($"flag needs an argument: '{letter}' in {argument}");
            return;
        }
    }

    private static bool WithOneDash(FlagSet flags, ReadOnlySpan<string> arguments, ref int i)
    {
        string argument = arguments[i];
        int equals = argument.IndexOf('=');
        var name = equals < 0 ? argument.AsSpan(1) : argument.AsSpan(1, equals - 1);
        if (flags.OneDash(name) is not { } flag)
            return false;
        if (equals >= 0)
            Take(flag, argument[(equals + 1)..]);
        else if (flag.ValueWhenBare is { } bare)
            Take(flag, bare);
        else if (i + 1 < arguments.Length)
            Take(flag, arguments[++i]);
        else
            throw new FlagException($"flag needs an argument: -{name}");
        return true;
    }

    private static void Take(Flag flag, string text)
    {
        try
        {
            flag.Take(text);
        }
        catch (FormatException e)
        {
            Refuse(flag, text, e);
        }
    }

    [DoesNotReturn]
    private static void Refuse(Flag flag, string text, FormatException e)
    {
        string names = flag.Shorthand == '\0' ? $"--{flag.Name}" : $"-{flag.Shorthand}, --{flag.Name}";
        throw new FlagException($"invalid argument \"{text}\" for \"{names}\" flag: {e.Message}");
    }
}

/// <summary>Arguments that the grammar refuses, in Docker's words.</summary>
public sealed class FlagException(string message) : Exception(message)
{
    /// <summary>The unknown flag was <c>--help</c> or <c>-h</c>: the caller wants the help, not an error.</summary>
    public bool AsksHelp { get; init; }
}
