using Sampan.Cli.Format;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class SystemPruneVerb : Verb
{
    private readonly BoolFlag _all;
    private readonly BoolFlag _force;
    private readonly ListFlag _filter;

    public SystemPruneVerb()
    {
        _all = Flags.Bool("all", 'a', "Remove all unused images not just dangling ones");
        _filter = Flags.List("filter", '\0', "Only remove what matches: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE]");
        _force = Flags.Bool("force", 'f', "Do not prompt for confirmation");
    }

    public override string Name => "system prune";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Remove unused data";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        var filter = new PruneFilter(_filter.Values, DateTimeOffset.UtcNow);
        string images = _all.Value ? "all images without at least one container associated to them" : "all dangling images";
        if (!_force.Value && !Question.Confirms(session, $"WARNING! This will remove:\n  - all stopped containers\n  - {images}\n\nAre you sure you want to continue? [y/N] "))
            return 0;
        int code = 0;
        var containers = session.Engine.PruneContainers(filter.Matches, problem => code = session.Fail(problem, 1));
        Lines(session, "Deleted Containers:", containers.Ids);
        var pruned = session.Engine.PruneImages(_all.Value, image => filter.Matches(image.Created, image.Config.Config?.Labels));
        Lines(session, "Deleted Images:", pruned.Lines.Select(static line => char.ToLowerInvariant(line[0]) + line[1..]).ToList());
        session.Out.Line($"Total reclaimed space: {Human.Size(containers.Reclaimed + pruned.Reclaimed)}");
        return code;
    }

    private static void Lines(Session session, string title, List<string> lines)
    {
        if (lines.Count == 0)
            return;
        session.Out.Line(title);
        foreach (string line in lines)
            session.Out.Line(line);
        session.Out.Line("");
    }
}
