using Sampan.Cli.Format;
using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class ImagePruneVerb : Verb
{
    /// <summary>It has no shorter one.</summary>
    public const string FullName = "image prune";

    private readonly BoolFlag _all;
    private readonly BoolFlag _force;
    private readonly ListFlag _filter;

    public ImagePruneVerb()
    {
        _all = Flags.Bool("all", 'a', "Remove all unused images, not just dangling ones");
        _filter = Flags.List("filter", '\0', "Only remove what matches: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE], dangling=false");
        _force = Flags.Bool("force", 'f', "Do not prompt for confirmation");
    }

    public override string Name => FullName;

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Remove unused images";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments)
    {
        var filter = new ImageFilter(_filter.Values, ["until", "label", "label!", "dangling"], session.Engine.Images, DateTimeOffset.UtcNow);
        bool all = _all.Value || filter.Dangling == false;
        string what = all ? "all images without at least one container associated to them" : "all dangling images";
        if (!_force.Value && !Question.Confirms(session, $"WARNING! This will remove {what}.\nAre you sure you want to continue? [y/N] "))
            return 0;
        var pruned = session.Engine.PruneImages(all, image => filter.Matches(image, but: "dangling"));
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
