using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs;

namespace Sampan.Cli;

/// <summary>From the arguments of the process to a verb, and from its outcome to an exit code.</summary>
public static class CommandLine
{
    /// <summary>A mistake in the flags, and for <c>run</c> every failure of the engine: a code a container rarely exits with.</summary>
    public const int EngineFailure = 125;

    public static int Run(string[] arguments)
    {
        var session = new Session(new Output(1), new Output(2));
        int code;
        try
        {
            code = Dispatch(session, arguments);
            session.Out.Flush();
        }
        catch (Linux.LinuxException e) when (e is { Errno: Linux.Errno.EPIPE, Call: "write" })
        {
            // Whoever read our output has seen enough (`sampan ps | head -1`): what SIGPIPE would have done, .NET ignores.
            return 128 + 13;
        }
        session.Errors.Flush();
        return code;
    }

    private static int Dispatch(Session session, string[] arguments)
    {
        var global = new GlobalFlags();
        List<string> words;
        try
        {
            words = ArgumentParser.Parse(global.Flags, arguments, interspersed: false);
        }
        catch (FlagException e) when (!e.AsksHelp)
        {
            return session.Fail($"{e.Message}. See 'sampan --help'.", EngineFailure);
        }
        catch (FlagException)
        {
            words = [];
        }
        if (global.Version.Value)
            return VersionVerb.Short(session);
        if (words.Count == 0)
        {
            session.Out.Write(Overview.Text(global.Flags));
            return 0;
        }
        if (VerbTable.Find(words, out int length) is not { } entry)
            return Group(session, words) ?? session.Fail($"'{string.Join(' ', words.Take(length))}' is not a sampan command. See 'sampan --help'.", 1);
        session.Locate(global);
        var verb = VerbTable.Make(entry.Name);
        verb.CalledAs = string.Join(' ', words.Take(length));
        return Perform(session, verb, entry, words[length..].ToArray());
    }

    /// <summary>A group without a verb, or with a wish for help; null: neither.</summary>
    private static int? Group(Session session, List<string> words)
    {
        if (!VerbTable.IsGroup(words[0]) || (words.Count > 1 && words[1] is not ("--help" or "-h")))
            return null;
        session.Out.Write(Overview.OfGroup(words[0]));
        return 0;
    }

    private static int Perform(Session session, Verb verb, VerbEntry entry, string[] arguments)
    {
        try
        {
            return verb.Run(session, verb.Parse(arguments));
        }
        catch (FlagException e) when (e.AsksHelp)
        {
            session.Out.Write(HelpText.Of(verb, entry));
            return 0;
        }
        catch (FlagException e)
        {
            return session.Fail($"{e.Message}. See 'sampan {verb.CalledAs} --help'.", EngineFailure);
        }
        catch (ArgumentCountException e)
        {
            return session.Fail($"{e.Message} See 'sampan {verb.CalledAs} --help'.", 1);
        }
        catch (Linux.LinuxException e) when (e is { Errno: Linux.Errno.EPIPE, Call: "write" })
        {
            throw;
        }
        catch (SampanException e)
        {
            return session.Fail(e.Message, verb.ExitCodeOf(e.Kind));
        }
        catch (Oci.OciFormatException e)
        {
            return session.Fail(e.Message, verb.FailureExitCode);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return session.Fail($"{verb.CalledAs}: this is a fault of sampan's own: {e.GetType().Name}: {e.Message}", verb.FailureExitCode);
        }
    }
}
