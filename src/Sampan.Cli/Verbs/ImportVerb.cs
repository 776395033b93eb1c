using Sampan.Cli.Grammar;
using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

internal sealed class ImportVerb : Verb
{
    private readonly TextFlag _message;
    private readonly ListFlag _change;

    public ImportVerb()
    {
        _message = Flags.Text("message", 'm', "Set commit message for imported image");
        _change = Flags.List("change", 'c', "Apply Dockerfile instruction to the created image");
    }

    public override string Name => "import";

    public override string Arguments => "[OPTIONS] file|- [REPOSITORY[:TAG]]";

    public override string Summary => "Import the contents from a tarball to create a filesystem image";

    public override int Least => 1;

    public override int Most => 2;

    public override int Run(Session session, List<string> arguments)
    {
        using var source = Archive.Open(arguments[0] == "-" ? null : arguments[0]);
        var image = session.Engine.Images.Import(source, new ImportOptions
        {
            Reference = arguments.Count > 1 ? arguments[1] : null, Changes = _change.Values, Message = _message.Value,
        });
        session.Out.Line(image.Id.ToString());
        return 0;
    }
}

/// <summary>Archives to read.</summary>
internal static class Archive
{
    /// <summary>The file, or standard input.</summary>
    public static FdStream Open(string? path)
        => path is null ? new FdStream(0, "standard input") : new FdStream(Linux.Open.File(path, OpenFlags.O_RDONLY), path);
}
