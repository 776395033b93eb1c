using Sampan.Cli.Format;
using Sampan.Images;

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
        foreach (string tag in ImageStore.RemoteTags(name, options, default).GetAwaiter().GetResult())
            Run(ImageReference.Parse($"{name.Repository}:{tag}"));
        return name;
    });

    private T First<T>(string text, Func<ImageReference, T> use)
    {
        var meanings = ImageStore.ToPull(text);
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

    public PulledImage Run(ImageReference name)
    {
        Say($"{name.Tag ?? name.Digest.ToString()}: Pulling from {name.Path}");
        output.Flush();
        PulledImage pulled;
        using (var progress = TransferDisplay.Open(output, quiet))
            pulled = session.Engine.Images.Pull(name, options, progress, default).GetAwaiter().GetResult();
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
