using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Oci;

namespace Sampan.Cli.Verbs;

internal sealed class InspectVerb : Verb
{
    private readonly TextFlag _format;
    private readonly TextFlag _type;
    private readonly BoolFlag? _size;
    private readonly string? _only;

    /// <param name="only"><c>container</c> or <c>image</c>: the group it was called in; null: none.</param>
    public InspectVerb(string? only)
    {
        _only = only;
        _format = Flags.Text("format", 'f', "Format output using a template: {{.State.Status}}, {{json .Mounts}}, ...");
        _type = new TextFlag("type", '\0', "Only inspect objects of the given type: container or image");
        if (only is null)
            Flags.Add(_type);
        if (only != "image")
            _size = Flags.Bool("size", 's', "Display total file sizes if the type is container");
    }

    public override string Name => _only is null ? "inspect" : $"{_only} inspect";

    private string? Type => _type.Value ?? _only;

    public override string Arguments => "[OPTIONS] NAME|ID [NAME|ID...]";

    public override string Summary => "Return low-level information on containers and images";

    public override int Least => 1;

    public override int Run(Session session, List<string> arguments)
    {
        if (_type.Value is not (null or "container" or "image"))
            throw new SampanException(ErrorKind.InvalidArgument, $"\"{_type.Value}\" is not a valid value for --type: want container or image");
        var template = _format.Value is { } text && text != "json" ? Template.Parse(text) : null;
        int code = 0;
        var found = new List<OciObject>();
        foreach (string name in arguments)
            try
            {
                found.Add(Find(session, name));
            }
            catch (SampanException e)
            {
                code = session.Fail(e.Message, 1);
            }
        if (template is null)
        {
            session.Out.Write(JsonWriting.WriteArray(found, indented: _format.Value is null));
            session.Out.Write("\n");
        }
        else
            foreach (var item in found)
                session.Out.Line(template.Apply(item.ToJson()));
        return code;
    }

    private OciObject Find(Session session, string name)
    {
        if (Type != "image")
            try
            {
                return session.Engine.Inspect(session.Engine.Find(name), _size?.Value == true);
            }
            catch (SampanException e) when (e.Kind == ErrorKind.NotFound && Type is null)
            {
                // Not a container: perhaps an image.
            }
        try
        {
            var image = session.Engine.Images.Get(name);
            return new ImageInspection(image, session.Engine.Images.Layers.Of(image));
        }
        catch (SampanException e) when (Type is null && e.Kind is ErrorKind.NotFound or ErrorKind.InvalidArgument)
        {
            throw new SampanException(ErrorKind.NotFound, $"no such object: {name}");
        }
    }
}
