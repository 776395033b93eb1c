using Sampan.Cli.Grammar;
using Sampan.Images;

namespace Sampan.Cli.Verbs;

internal sealed class CommitVerb : Verb
{
    private readonly TextFlag _author;
    private readonly TextFlag _message;
    private readonly ListFlag _change;
    private readonly BoolFlag _pause;

    public CommitVerb()
    {
        _author = Flags.Text("author", 'a', "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")");
        _message = Flags.Text("message", 'm', "Commit message");
        _change = Flags.List("change", 'c', "Apply Dockerfile instruction to the created image");
        _pause = Flags.Add(new BoolFlag("pause", 'p', "Pause container during commit") { Initial = true, DefaultText = "true" });
    }

    public override string Name => "commit";

    public override string Arguments => "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]";

    public override string Summary => "Create a new image from a container's changes";

    public override int Least => 1;

    public override int Most => 2;

    public override int Run(Session session, List<string> arguments)
    {
        var image = session.Engine.Commit(session.Engine.Find(arguments[0]), _pause.Value, new CommitOptions
        {
            Reference = arguments.Count > 1 ? arguments[1] : null,
            Author = _author.Value,
            Message = _message.Value,
            Changes = _change.Values,
        });
        session.Out.Line(image.Id.ToString());
        return 0;
    }
}
