using Sampan.Cli.Format;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class ImagePruneVerb : Verb
{
    /// <summary>It has no shorter one.</summary>
    public const string FullName = "image prune";

    private readonly BoolFlag _all;
    private readonly BoolFlag _force;

    public ImagePruneVerb()
    {
        _all = Flags.Bool("all", 'a', "Remove all unused images, not just dangling ones");
        _force = Flags.Bool("force", 'f', "Do not prompt for confirmation");
    }

    public override string Name => FullName;

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Remove unused images";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        string what = _all.Value ? "all images without at least one container associated to them" : "all dangling images";
        if (!_force.Value && !Question.Confirms(session, $"WARNING! This will remove {what}.\nAre you sure you want to continue? [y/N] "))
            return 0;
        var pruned = session.Engine.PruneImages(_all.Value);
        if (pruned.Lines.Count > 0)
        {
            session.Out.Line("Deleted Images:");
            foreach (string line in pruned.Lines)
                session.Out.Line(char.ToLowerInvariant(line[0]) + line[1..]);
            session.Out.Line("");
        }
        session.Out.Line($"Total reclaimed space: {Human.Size(pruned.Reclaimed)}");
        return 0;
    }
}
