using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Images;

namespace Sampan.Cli.Verbs.Flags;

/// <summary><c>--pull</c>: what <c>run</c> and <c>create</c> do about an image that is not here.</summary>
internal sealed class PullPolicyFlags
{
    private readonly TextFlag _policy;
    private readonly BoolFlag _quiet;

    public PullPolicyFlags(FlagSet flags)
    {
        _policy = flags.Add(new TextFlag("pull", '\0', "Pull image before running (\"always\", \"missing\", \"never\")") { DefaultText = "missing" });
        _quiet = flags.Bool("quiet", 'q', "Suppress the pull output");
    }

    /// <summary>An image that is here costs nothing, unless it is to be pulled always.</summary>
    /// <exception cref="FlagException">No such policy.</exception>
    public void Apply(Session session, string image)
    {
        switch (_policy.Value)
        {
            case null or "missing":
                session.Engine.MissingImage = name =>
                {
                    if (!_quiet.Value)
                        session.Errors.Line($"Unable to find image '{name.Familiar}' locally");
                    Pull(session, name);
                };
                break;
            case "always":
                Pull(session, ImageReference.Parse(image));
                break;
            case "never":
                break;
            case var other:
                throw new FlagException($"invalid pull option: '{other}': must be one of \"always\", \"missing\" or \"never\"");
        }
    }

    /// <summary>Told on standard error: standard output is the container's.</summary>
    private void Pull(Session session, ImageReference name)
    {
        using var progress = new TransferLog(session.Errors, _quiet.Value);
        if (!_quiet.Value)
            session.Errors.Line($"{name.Tag ?? name.Digest.ToString()}: Pulling from {name.Path}");
        session.Errors.Flush();
        var pulled = session.Engine.Images.Pull(name, new PullOptions(), progress, default).GetAwaiter().GetResult();
        if (_quiet.Value)
            return;
        session.Errors.Line($"Digest: {pulled.Digest}");
        session.Errors.Line($"Status: {(pulled.New ? "Downloaded newer image" : "Image is up to date")} for {name.Familiar}");
        session.Errors.Flush();
    }
}
