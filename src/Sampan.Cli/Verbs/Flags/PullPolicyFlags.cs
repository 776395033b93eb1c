using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Images;

namespace Sampan.Cli.Verbs.Flags;

/// <summary><c>--pull</c>: what <c>run</c> and <c>create</c> do about an image that is not here.</summary>
internal sealed class PullPolicyFlags
{
    private readonly TextFlag _policy;
    private readonly BoolFlag _quiet;
    private readonly TextFlag _platform;

    public PullPolicyFlags(FlagSet flags)
    {
        _policy = flags.Add(new TextFlag("pull", '\0', "Pull image before running (\"always\", \"missing\", \"never\")") { DefaultText = "missing" });
        _quiet = flags.Bool("quiet", 'q', "Suppress the pull output");
        _platform = PlatformFlag.Add(flags);
    }

    /// <summary>An image that is here costs nothing, unless it is to be pulled always.</summary>
    /// <exception cref="FlagException">No such policy.</exception>
    public void Apply(Session session, CreateRequest request)
    {
        request.Platform = PlatformFlag.Read(_platform);
        session.Engine.Notice = session.Warn;
        // A directory of the host is nothing to pull.
        if (request.Rootfs is not null)
            return;
        var container = request.Config;
        // Told on standard error: standard output is the container's.
        var pulling = new Pulling(session, session.Errors, _quiet.Value, new PullOptions { Platform = request.Platform });
        switch (_policy.Value)
        {
            case null or "missing":
                session.Engine.MissingImage = text =>
                {
                    if (!_quiet.Value)
                        session.Errors.Line($"Unable to find image '{ImageReference.Parse(text).Familiar}' locally");
                    pulling.Run(text);
                    session.Errors.Flush();
                };
                break;
            case "always":
                var pulled = pulling.Run(container.Image!).Name;
                session.Errors.Flush();
                // A short name may mean another image that is here: the one that was pulled is meant.
                if (pulled.ToString() != ImageReference.Parse(container.Image!).ToString())
                    container.Image = pulled.Familiar;
                break;
            case "never":
                break;
            case var other:
                throw new FlagException($"invalid pull option: '{other}': must be one of \"always\", \"missing\" or \"never\"");
        }
    }
}
