using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs;

namespace Sampan.Cli;

/// <summary>Every verb, by name. One verb is made for one command: the others cost nothing at start-up.</summary>
public static class VerbTable
{
    /// <summary>In the order of the overview.</summary>
    public static readonly string[] Names =
    [
        "run", "create", "start", "stop", "restart", "kill", "exec", "attach", "ps", "logs", "inspect", "wait", "rm",
        "pull", "push", "login", "logout", "images", "import", "load", "save", "commit", "tag", "history", "rmi", SystemStartVerb.FullName, SystemStopVerb.FullName, "version",
    ];

    public static Verb? Find(string name) => name switch
    {
        "run" => new RunVerb(),
        "create" => new CreateVerb(),
        "start" => new StartVerb(),
        "stop" => new StopVerb(),
        "restart" => new RestartVerb(),
        "kill" => new KillVerb(),
        "exec" => new ExecVerb(),
        "attach" => new AttachVerb(),
        "ps" or "ls" or "list" => new PsVerb(),
        "logs" => new LogsVerb(),
        "inspect" => new InspectVerb(null),
        "container inspect" => new InspectVerb("container"),
        "image inspect" => new InspectVerb("image"),
        "wait" => new WaitVerb(),
        "rm" or "remove" => new RmVerb(),
        "pull" => new PullVerb(),
        "push" => new PushVerb(),
        "login" => new LoginVerb(),
        "logout" => new LogoutVerb(),
        "images" => new ImagesVerb(),
        "import" => new ImportVerb(),
        "load" => new LoadVerb(),
        "save" => new SaveVerb(),
        "commit" => new CommitVerb(),
        "tag" => new TagVerb(),
        "history" => new HistoryVerb(),
        ImagePruneVerb.FullName => new ImagePruneVerb(),
        ImageReferrersVerb.FullName => new ImageReferrersVerb(),
        "rmi" => new RmiVerb(),
        SystemStartVerb.FullName => new SystemStartVerb(),
        SystemStopVerb.FullName => new SystemStopVerb(),
        "version" => new VersionVerb(),
        _ => null,
    };

    /// <summary><c>sampan container ps</c> and <c>sampan image rm x</c> are Docker's longer spellings of the same verbs.</summary>
    /// <returns>The index of the verb in <paramref name="words"/>, which this may rewrite.</returns>
    public static int SkipGroup(List<string> words)
    {
        if (words.Count < 2)
            return 0;
        if (words[0] is not ("container" or "image" or "system"))
            return 0;
        if (words[0] == "system")
        {
            words[1] = $"system {words[1]}";
            return 1;
        }
        // The same word for both, which looks at one kind of thing alone.
        if (words[1] == "inspect")
            words[1] = $"{words[0]} inspect";
        if (words[0] == "container")
            return 1;
        words[1] = words[1] switch { "ls" or "list" => "images", "rm" or "remove" => "rmi", "prune" => ImagePruneVerb.FullName, "referrers" => ImageReferrersVerb.FullName, var other => other };
        return 1;
    }
}
