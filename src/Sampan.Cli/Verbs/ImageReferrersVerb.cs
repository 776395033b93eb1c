using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Images;

namespace Sampan.Cli.Verbs;

/// <summary>No verb of Docker's: it shows what <c>oras discover</c> does.</summary>
internal sealed class ImageReferrersVerb : Verb
{
    public const string FullName = "image referrers";

    private readonly TextFlag _type;
    private readonly TextFlag _format;
    private readonly BoolFlag _noTrunc;
    private readonly TextFlag _platform;
    private readonly BoolFlag _quiet;
    private readonly BoolFlag _tlsVerify;

    public ImageReferrersVerb()
    {
        _type = Flags.Text("artifact-type", '\0', "Only show what is of this type");
        _format = Flags.Text("format", '\0', "Format output using a template, or 'json'");
        _noTrunc = Flags.Bool("no-trunc", '\0', "Don't truncate output");
        _platform = PlatformFlag.Add(Flags);
        _quiet = Flags.Bool("quiet", 'q', "Only show digests");
        _tlsVerify = TlsVerifyFlag.Add(Flags);
    }

    public override string Name => FullName;

    public override string Arguments => "[OPTIONS] NAME[:TAG|@DIGEST]";

    public override string Summary => "List what a registry has about an image: signatures, lists of contents, ...";

    public override int Least => 1;

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        var options = new PullOptions { Insecure = !_tlsVerify.Value, Platform = PlatformFlag.Read(_platform) };
        var found = ImageStore.FindReferrers(ImageReference.Parse(arguments[0]), options, default).GetAwaiter().GetResult();
        var rows = found.List.Where(r => _type.Value is null || r.ArtifactType == _type.Value).Select(r => new ReferrerView(r, !_noTrunc.Value)).ToList();
        if (_quiet.Value)
            foreach (var row in rows)
                session.Out.Line(row.Digest);
        else
            Rows.Print(session.Out, _format.Value is null or "table" ? "table {{.Digest}}\t{{.ArtifactType}}\t{{.Size}}\t{{.Created}}" : _format.Value, ReferrerView.Heads, rows);
        return 0;
    }
}
