using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Engine.Monitoring;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Cli.Verbs;

/// <summary>Tying our standard streams to a container's: what run, start and attach have in common.</summary>
internal static class Attachment
{
    public static bool InputIsTerminal => Sys.IsTerminal(0);

    public static bool WantsTerminal(ContainerSettings config) => config is { Tty: true, OpenStdin: true };

    /// <summary>The streams that were asked for when the container was made.</summary>
    public static AttachFlags FlagsOf(ContainerSettings config)
        => (config.AttachStdin ? AttachFlags.StdIn : 0) | (config.AttachStdout ? AttachFlags.StdOut : 0) | (config.AttachStderr && !config.Tty ? AttachFlags.StdErr : 0);

    /// <param name="input">Ours goes to the container.</param>
    public static AttachFlags FlagsOf(ContainerSettings config, bool input)
        => AttachFlags.StdOut | (config.Tty ? 0 : AttachFlags.StdErr) | (input ? AttachFlags.StdIn : 0);

    public static AttachOptions OptionsOf(ContainerSettings config, AttachFlags flags, DetachKeys keys, bool proxy, bool redraw = false) => new()
    {
        Terminal = WantsTerminal(config) && flags.HasFlag(AttachFlags.StdIn),
        Redraw = redraw,
        SignalProxy = proxy,
        DetachKeys = keys,
        StdIn = flags.HasFlag(AttachFlags.StdIn) ? 0 : -1,
        StdOut = flags.HasFlag(AttachFlags.StdOut) ? 1 : -1,
        StdErr = flags.HasFlag(AttachFlags.StdErr) ? 2 : -1,
    };

    /// <summary>The exit code, and a word where the reason is not the container's own end.</summary>
    public static int Conclude(Session session, ContainerRecord record, AttachResult result)
    {
        if (result.End == AttachEnd.Lost)
            session.Warn($"container {record.Name}: its monitor hung up; sampan ps tells whether it runs");
        return result.ExitCode;
    }
}

/// <summary><c>--detach-keys</c>.</summary>
internal static class DetachKeysFlag
{
    public static DetachKeys Read(string? text) => text is null ? DetachKeys.Default : DetachKeys.Parse(text);
}

/// <summary><c>--sig-proxy</c>, on unless switched off.</summary>
internal static class SignalProxyFlag
{
    public static BoolFlag Add(FlagSet flags) => flags.Add(new BoolFlag("sig-proxy", '\0', "Proxy received signals to the process") { Initial = true, DefaultText = "true" });
}
