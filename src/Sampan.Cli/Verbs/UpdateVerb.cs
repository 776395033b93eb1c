using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Engine;

namespace Sampan.Cli.Verbs;

internal sealed class UpdateVerb : Verb
{
    private readonly LimitFlags _limits;
    private readonly TextFlag _restart;

    public UpdateVerb()
    {
        _limits = new LimitFlags(Flags);
        _restart = Flags.Text("restart", '\0', "Restart policy to apply when a container exits");
        // The kernel has not known it since 5.16; old scripts still give it.
        Flags.Add(new TextFlag("kernel-memory", '\0', "Kernel memory limit (deprecated)") { Hidden = true });
    }

    public override string Name => "update";

    public override string Arguments => "[OPTIONS] CONTAINER [CONTAINER...]";

    public override string Summary => "Update configuration of one or more containers";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        if (!Flags.All.Any(static flag => flag.IsSet))
            return session.Fail("you must provide one or more flags when using this command", 1);
        if (Flags.Long("kernel-memory")!.IsSet)
            session.Warn("--kernel-memory is ignored: the kernel has no such limit any more");
        var policy = _restart.Value is { } text ? RestartSetting.Parse(text) : null;
        return Each.Container(session, arguments, record => session.Engine.Update(record, host =>
        {
            _limits.Apply(host);
            host.RestartPolicy = policy ?? host.RestartPolicy;
        }));
    }
}
