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
        var options = new ImportOptions { Reference = arguments.Count > 1 ? arguments[1] : null, Changes = _change.Values, Message = _message.Value };
        var image = Archive.Read(arguments[0] == "-" ? null : arguments[0], source => session.Engine.Images.Import(source, options));
        session.Engine.TellOfImage("import", image.Id.ToString(), options.Reference ?? image.Id.ToString());
        session.Out.Line(image.Id.ToString());
        return 0;
    }
}

/// <summary>Archives to read.</summary>
internal static class Archive
{
    /// <summary>Reads the file, or standard input, and names it in what goes wrong.</summary>
    public static T Read<T>(string? path, Func<FdStream, T> read)
    {
        string name = path ?? "standard input";
        using var source = path is null ? new FdStream(0, name) : new FdStream(Open.File(path, OpenFlags.O_RDONLY), name);
        try
        {
            return read(source);
        }
        catch (SampanException e) when (e.Kind is ErrorKind.InvalidArgument or ErrorKind.Corrupt or ErrorKind.Unsupported && !e.Message.Contains(name))
        {
            throw new SampanException(e.Kind, $"{name}: {e.Message}", e);
        }
    }
}
