using Sampan.Cli.Format;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class ContainerPruneVerb : Verb
{
    private readonly BoolFlag _force;
    private readonly ListFlag _filter;

    public ContainerPruneVerb()
    {
        _filter = Flags.List("filter", '\0', "Only remove what matches: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE]");
        _force = Flags.Bool("force", 'f', "Do not prompt for confirmation");
    }

    public override string Name => "container prune";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Remove all stopped containers";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        var filter = new PruneFilter(_filter.Values, DateTimeOffset.UtcNow);
        if (!_force.Value && !Question.Confirms(session, "WARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] "))
            return 0;
        int code = 0;
        var pruned = session.Engine.PruneContainers(filter.Matches, problem => code = session.Fail(problem, 1));
        if (pruned.Ids.Count > 0)
        {
            session.Out.Line("Deleted Containers:");
            foreach (string id in pruned.Ids)
                session.Out.Line(id);
            session.Out.Line("");
        }
        session.Out.Line($"Total reclaimed space: {Human.Size(pruned.Reclaimed)}");
        return code;
    }
}
