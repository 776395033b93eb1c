using Sampan.Cli.Format;
using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

/// <summary>What <c>pull</c> does, and <c>run</c> and <c>create</c> with an image that is not here.</summary>
/// <param name="output">Standard error where standard output is a container's.</param>
internal sealed class Pulling(Session session, Output output, bool quiet, PullOptions options)
{
    /// <summary>Pulls the first there is of the images that a name may mean.</summary>
    public PulledImage Run(string text) => First(text, Run);

    /// <summary>Pulls all tags of a repository.</summary>
    /// <returns>Which one it was.</returns>
    public ImageReference RunAll(string text) => First(text, name =>
    {
        // One token is for all of them.
        using var sessions = new RegistrySessions();
        var shared = options with { Sessions = sessions };
        foreach (string tag in ImageStore.RemoteTags(name, shared, default).GetAwaiter().GetResult())
            Run(ImageReference.Parse($"{name.Repository}:{tag}"), shared);
        return name;
    });

    private T First<T>(string text, Func<ImageReference, T> use)
    {
        var meanings = ImageStore.ToPull(text, Sys.IsTerminal(0) ? all => Question.Choose(output, $"{text} could be any of these:", all) : null);
        var failures = new List<SampanException>();
        foreach (var name in meanings)
            try
            {
                if (meanings.Count > 1)
                    Say($"Trying to pull {name}...");
                return use(name);
            }
            catch (SampanException e) when (meanings.Count > 1)
            {
                failures.Add(e);
            }
        throw new SampanException(failures[^1].Kind, string.Join("; ", failures.Select(static f => f.Message)), failures[^1]);
    }

    public PulledImage Run(ImageReference name) => Run(name, options);

    private PulledImage Run(ImageReference name, PullOptions options)
    {
        Say($"{name.Tag ?? name.Digest.ToString()}: Pulling from {name.Path}");
        output.Flush();
        PulledImage pulled;
        using (var progress = TransferDisplay.Open(output, quiet))
            pulled = session.Engine.Images.Pull(name, options, progress, default).GetAwaiter().GetResult();
        session.Engine.TellOfImage("pull", name.Familiar, name.FamiliarRepository);
        Say($"Digest: {pulled.Digest}");
        Say($"Status: {(pulled.New ? "Downloaded newer image" : "Image is up to date")} for {name.Familiar}");
        return pulled;
    }

    private void Say(string line)
    {
        if (!quiet)
            output.Line(line);
    }
}
