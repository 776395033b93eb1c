using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Engine;
using Sampan.Engine.Monitoring;
using Sampan.Runtime.Monitoring;

namespace Sampan.Cli.Verbs;

internal sealed class RunVerb : Verb
{
    private readonly ContainerFlags _container;
    private readonly PullPolicyFlags _pull;
    private readonly BoolFlag _detach;
    private readonly TextFlag _detachKeys;
    private readonly BoolFlag _noProxy;

    public RunVerb()
    {
        _container = new ContainerFlags(Flags);
        _pull = new PullPolicyFlags(Flags);
        _detach = Flags.Bool("detach", 'd', "Run container in background and print container ID");
        _detachKeys = Flags.Text("detach-keys", '\0', "Override the key sequence for detaching a container");
        _noProxy = SignalProxyFlag.Add(Flags);
    }

    public override string Name => "run";

    public override string Arguments => "[OPTIONS] IMAGE [COMMAND] [ARG...]";

    public override string Summary => "Create and run a new container from an image";

    public override bool Interspersed => false;

    public override int Least => 1;

    public override int FailureExitCode => DockerExitCode.Engine;

    public override int ExitCodeOf(ErrorKind kind) => DockerExitCode.Of(kind);

    public override int Run(Session session, List<string> arguments)
    {
        bool attached = !_detach.Value;
        var request = _container.Request(arguments, new HostView(), detached: !attached, session.Warn);
        var keys = DetachKeysFlag.Read(_detachKeys.Value);
        if (Attachment.WantsTerminal(request.Config) && request.Config.AttachStdin && !Attachment.InputIsTerminal)
            return session.Fail("the input device is not a TTY: leave out -t, or run from a terminal", 1);
        using var file = new CidFile(request.HostConfig.ContainerIDFile);
        _pull.Apply(session, request);
        var engine = session.Engine;
        var record = engine.Create(request, starting: true);
        file.Write(record.Id!);
        return attached ? Foreground(session, engine, record, keys) : Background(session, engine, record);
    }

    private static int Background(Session session, ContainerEngine engine, ContainerRecord record)
    {
        using var started = RemovedOnFailure(engine, record, null);
        session.Out.Line(record.Id!);
        return 0;
    }

    private int Foreground(Session session, ContainerEngine engine, ContainerRecord record, DetachKeys keys)
    {
        bool removes = record.HostConfig!.AutoRemove;
        var config = record.Config!;
        // Who sees nothing of it is told which container it is, as with Docker.
        if (config is { AttachStdout: false, AttachStderr: false })
        {
            session.Out.Line(record.Id!);
            session.Out.Flush();
        }
        var flags = Attachment.FlagsOf(config) | AttachFlags.Foreground | (removes ? AttachFlags.WillRemove : 0);
        using var started = RemovedOnFailure(engine, record, flags);
        var result = started!.Attach(Attachment.OptionsOf(config, flags, keys, _noProxy.Value));
        if (result.End == AttachEnd.Exited && removes)
        {
            engine.RemoveEnded(record);
            started.Removed();
        }
        // Its monitor goes on when it starts the container again, which is no concern of ours: as Docker's, this client ends with the first run.
        if (result.End == AttachEnd.Exited && !engine.Restarts(record))
            started.AwaitEnd();
        return Attachment.Conclude(session, record, result);
    }

    /// <summary>A container with --rm that could not start is not kept, as it is when it ends.</summary>
    private static MonitorSession? RemovedOnFailure(ContainerEngine engine, ContainerRecord record, AttachFlags? flags)
    {
        try
        {
            return engine.Start(record, flags);
        }
        catch (SampanException) when (record.HostConfig!.AutoRemove)
        {
            engine.Remove(record, force: true);
            throw;
        }
    }
}
