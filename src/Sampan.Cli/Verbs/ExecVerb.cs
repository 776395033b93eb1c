using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class ExecVerb : Verb
{
    private readonly BoolFlag _interactive;
    private readonly BoolFlag _tty;
    private readonly BoolFlag _detach;
    private readonly BoolFlag _privileged;
    private readonly ListFlag _env;
    private readonly ListFlag _envFile;
    private readonly TextFlag _user;
    private readonly TextFlag _workdir;

    public ExecVerb()
    {
        _interactive = Flags.Bool("interactive", 'i', "Keep STDIN open even if not attached");
        _tty = Flags.Bool("tty", 't', "Allocate a pseudo-TTY");
        _detach = Flags.Bool("detach", 'd', "Detached mode: run command in the background");
        _privileged = Flags.Bool("privileged", '\0', "Give extended privileges to the command");
        _env = Flags.List("env", 'e', "Set environment variables");
        _envFile = Flags.List("env-file", '\0', "Read in a file of environment variables");
        _user = Flags.Text("user", 'u', "Username or UID (format: <name|uid>[:<group|gid>])");
        _workdir = Flags.Text("workdir", 'w', "Working directory inside the container");
    }

    public override string Name => "exec";

    public override string Arguments => "[OPTIONS] CONTAINER COMMAND [ARG...]";

    public override string Summary => "Execute a command in a running container";

    public override bool Interspersed => false;

    public override int Least => 2;

    public override int ExitCodeOf(ErrorKind kind) => kind is ErrorKind.CannotInvoke or ErrorKind.CommandNotFound ? DockerExitCode.Of(kind) : FailureExitCode;

    public override int Run(Session session, List<string> arguments)
    {
        var record = session.Engine.Find(arguments[0]);
        var request = new ExecRequest
        {
            Command = arguments[1..],
            Tty = _tty.Value,
            Interactive = _interactive.Value,
            Env = EnvironmentFlags.Read(_envFile.Values, _env.Values, new HostView()),
            User = _user.Value,
            WorkingDir = _workdir.Value,
            Privileged = _privileged.Value,
        };
        if (_detach.Value)
        {
            session.Engine.ExecDetached(record, request);
            return 0;
        }
        if (request is { Tty: true, Interactive: true } && !Attachment.InputIsTerminal)
            return session.Fail("the input device is not a TTY: leave out -t, or run from a terminal", 1);
        session.Engine.ExecInPlace(record, request);
        return FailureExitCode;
    }
}
