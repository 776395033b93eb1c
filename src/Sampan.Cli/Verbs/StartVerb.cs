using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Engine.Monitoring;
using Sampan.Runtime.Monitoring;

namespace Sampan.Cli.Verbs;

internal sealed class StartVerb : Verb
{
    private readonly BoolFlag _attach;
    private readonly BoolFlag _interactive;
    private readonly TextFlag _detachKeys;
    private readonly BoolFlag _proxy;

    public StartVerb()
    {
        _attach = Flags.Bool("attach", 'a', "Attach STDOUT/STDERR and forward signals");
        _interactive = Flags.Bool("interactive", 'i', "Attach container's STDIN");
        _detachKeys = Flags.Text("detach-keys", '\0', "Override the key sequence for detaching a container");
        _proxy = SignalProxyFlag.Add(Flags);
    }

    public override string Name => "start";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Start one or more stopped containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        if (!_attach.Value && !_interactive.Value)
            return Each.Container(session, arguments, record => session.Engine.Start(record, null)?.Dispose());
        if (arguments.Count > 1)
            return session.Fail("you cannot start and attach multiple containers at once", 1);
        return Attached(session, session.Engine.Find(arguments[0]));
    }

    private int Attached(Session session, ContainerRecord record)
    {
        var config = record.Config!;
        bool input = _interactive.Value && config.OpenStdin;
        if (input && Attachment.WantsTerminal(config) && !Attachment.InputIsTerminal)
            return session.Fail("the input device is not a TTY: leave out -i, or run from a terminal", 1);
        bool removes = record.HostConfig!.AutoRemove;
        var flags = Attachment.FlagsOf(config, input) | AttachFlags.Foreground | (removes ? AttachFlags.WillRemove : 0);
        var keys = DetachKeysFlag.Read(_detachKeys.Value);
        using var monitor = session.Engine.Start(record, flags) ?? MonitorClient.Attach(session.Engine.Places.Live(record.Id!), flags & ~(AttachFlags.Foreground | AttachFlags.WillRemove));
        var result = monitor.Attach(Attachment.OptionsOf(config, flags, keys, _proxy.Value));
        if (result.End == AttachEnd.Exited && monitor.Flags.HasFlag(AttachFlags.WillRemove))
        {
            session.Engine.RemoveEnded(record);
            monitor.Removed();
        }
        if (result.End == AttachEnd.Exited && !session.Engine.Restarts(record))
            monitor.AwaitEnd();
        return Attachment.Conclude(session, record, result);
    }
}
