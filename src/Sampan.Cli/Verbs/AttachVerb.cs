using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class AttachVerb : Verb
{
    private readonly TextFlag _detachKeys;
    private readonly BoolFlag _noStdIn;
    private readonly BoolFlag _proxy;

    public AttachVerb()
    {
        _detachKeys = Flags.Text("detach-keys", '\0', "Override the key sequence for detaching a container");
        _noStdIn = Flags.Bool("no-stdin", '\0', "Do not attach STDIN");
        _proxy = SignalProxyFlag.Add(Flags);
    }

    public override string Name => "attach";

    public override string Arguments => "[OPTIONS] CONTAINER";

    public override string Summary => "Attach local standard input, output, and error streams to a running container";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var keys = DetachKeysFlag.Read(_detachKeys.Value);
        var record = session.Engine.Find(arguments[0]);
        var config = record.Config!;
        bool input = !_noStdIn.Value && config.OpenStdin;
        session.Engine.CheckAttachable(record);
        if (input && Attachment.WantsTerminal(config) && !Attachment.InputIsTerminal)
            return session.Fail("the input device is not a TTY: use --no-stdin, or attach from a terminal", 1);
        var flags = Attachment.FlagsOf(config, input);
        using var monitor = session.Engine.Attach(record, flags);
        var result = monitor.Attach(Attachment.OptionsOf(config, flags, keys, _proxy.Value, redraw: true));
        return Attachment.Conclude(session, record, result);
    }
}
