using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Cli.Verbs;

internal sealed class ImagesVerb : Verb
{
    private readonly BoolFlag _quiet;
    private readonly BoolFlag _noTrunc;
    private readonly BoolFlag _digests;
    private readonly TextFlag _format;
    private readonly ListFlag _filter;

    public ImagesVerb()
    {
        // No image is left over by a build yet, so all are always shown.
        Flags.Bool("all", 'a', "Show all images (default hides intermediate images)");
        _quiet = Flags.Bool("quiet", 'q', "Only show image IDs");
        _noTrunc = Flags.Bool("no-trunc", '\0', "Don't truncate output");
        _digests = Flags.Bool("digests", '\0', "Show digests");
        _filter = Flags.List("filter", 'f', "Filter output based on conditions: dangling, label, before, since, until, reference");
        _format = Flags.Text("format", '\0', "Format output using a template, or 'json'");
    }

    public override string Name => "images";

    public override string Arguments => "[OPTIONS] [REPOSITORY[:TAG]]";

    public override string Summary => "List images";

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        string? pattern = arguments.Find(static a => a.AsSpan().ContainsAny('*', '?', '['));
        var wanted = arguments.Count > 0 && pattern is null ? ImageReference.Parse(arguments[0]) : null;
        bool tagged = wanted is not null && ReferenceText.HasTag(arguments[0]);
        var now = DateTimeOffset.UtcNow;
        var filter = new ImageFilter(_filter.Values, ["dangling", "label", "before", "since", "until", "reference"], session.Engine.Images, now);
        var rows = new List<ImageView>();
        foreach (var image in session.Engine.Images.List().Where(i => filter.Matches(i)))
            foreach (var name in Names(image).Where(filter.Shows))
                if ((pattern is null || ImageFilter.Fits(name, pattern)) && (wanted is null || (name is not null && name.Repository == wanted.Repository && (!tagged || name.Tag == wanted.Tag))))
                    rows.Add(new ImageView(image, name, now, !_noTrunc.Value));
        Print(session, rows);
        return 0;
    }

    /// <summary>Its names; one that is none when it has lost them all.</summary>
    private static IEnumerable<ImageReference?> Names(Image image)
    {
        if (image.Names.Count == 0)
            yield return null;
        foreach (var name in image.Names)
            yield return name;
    }

    private void Print(Session session, List<ImageView> rows)
    {
        if (_quiet.Value)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var row in rows)
                if (seen.Add(row.Id))
                    session.Out.Line(row.Id);
        }
        else if (_format.Value is null or "table")
        {
            var table = _digests.Value ? new Table("REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE") : new Table("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE");
            foreach (var row in rows)
                if (_digests.Value)
                    table.Add(row.Repository, row.Tag, row.Digest, row.Id, row.Since, row.Size);
                else
                    table.Add(row.Repository, row.Tag, row.Id, row.Since, row.Size);
            session.Out.Write(table.ToString());
        }
        else
            Rows.Print(session.Out, _format.Value, ImageView.Heads, rows);
    }
}
