using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs;

namespace Sampan.Cli;

/// <summary>Every verb, by name. One verb is made for one command: the others cost nothing at start-up.</summary>
public static class VerbTable
{
    /// <summary>Every way to call a verb, declared once; in the order of the overview, which sorts only those that are not common.</summary>
    public static readonly VerbEntry[] Entries =
    [
        new(VerbSection.Common, "run", "container run"),
        new(VerbSection.Common, "exec", "container exec"),
        new(VerbSection.Common, "ps", "container ls", "container list", "container ps"),
        new(VerbSection.Common, "pull", "image pull"),
        new(VerbSection.Common, "push", "image push"),
        new(VerbSection.Common, "images", "image ls", "image list"),
        new(VerbSection.Common, "login"),
        new(VerbSection.Common, "logout"),
        new(VerbSection.Common, "version"),
        new(VerbSection.Common, "info", "system info"),
        new(VerbSection.Other, "attach", "container attach"),
        new(VerbSection.Other, "commit", "container commit"),
        new(VerbSection.Other, "cp", "container cp"),
        new(VerbSection.Other, "create", "container create"),
        new(VerbSection.Other, "diff", "container diff"),
        new(VerbSection.Other, "events", "system events"),
        new(VerbSection.Other, "export", "container export"),
        new(VerbSection.Other, "history", "image history"),
        new(VerbSection.Other, "import", "image import"),
        new(VerbSection.Other, "inspect"),
        new(VerbSection.Other, "kill", "container kill"),
        new(VerbSection.Other, "load", "image load"),
        new(VerbSection.Other, "logs", "container logs"),
        new(VerbSection.Other, "pause", "container pause"),
        new(VerbSection.Other, "port", "container port"),
        new(VerbSection.Other, "rename", "container rename"),
        new(VerbSection.Other, "restart", "container restart"),
        new(VerbSection.Other, "rm", "container rm", "container remove"),
        new(VerbSection.Other, "rmi", "image rm", "image remove"),
        new(VerbSection.Other, "save", "image save"),
        new(VerbSection.Other, "start", "container start"),
        new(VerbSection.Other, "stats", "container stats"),
        new(VerbSection.Other, "stop", "container stop"),
        new(VerbSection.Other, "tag", "image tag"),
        new(VerbSection.Other, "top", "container top"),
        new(VerbSection.Other, "unpause", "container unpause"),
        new(VerbSection.Other, "update", "container update"),
        new(VerbSection.Other, "wait", "container wait"),
        new(VerbSection.InGroup, "container inspect"),
        new(VerbSection.InGroup, "container prune"),
        new(VerbSection.InGroup, "image inspect"),
        new(VerbSection.InGroup, ImagePruneVerb.FullName),
        new(VerbSection.InGroup, ImageReferrersVerb.FullName),
        new(VerbSection.InGroup, SystemStartVerb.FullName),
        new(VerbSection.InGroup, SystemStopVerb.FullName),
        new(VerbSection.InGroup, "system check"),
        new(VerbSection.InGroup, "system df"),
        new(VerbSection.InGroup, "system prune"),
        new(VerbSection.Hidden, "completion"),
        new(VerbSection.Hidden, "help"),
        new(VerbSection.Hidden, "__complete"),
    ];

    /// <summary>First words that are no verbs, and what the verbs after them manage.</summary>
    public static readonly (string Name, string Summary)[] Groups =
    [
        ("container", "Manage containers"),
        ("image", "Manage images"),
        ("system", "Manage Sampan"),
    ];

    /// <param name="name">Its own, the first of its spellings.</param>
    public static Verb Make(string name) => name switch
    {
        "run" => new RunVerb(),
        "exec" => new ExecVerb(),
        "ps" => new PsVerb(),
        "pull" => new PullVerb(),
        "push" => new PushVerb(),
        "images" => new ImagesVerb(),
        "login" => new LoginVerb(),
        "logout" => new LogoutVerb(),
        "version" => new VersionVerb(),
        "info" => new InfoVerb(),
        "attach" => new AttachVerb(),
        "commit" => new CommitVerb(),
        "cp" => new CpVerb(),
        "create" => new CreateVerb(),
        "diff" => new DiffVerb(),
        "events" => new EventsVerb(),
        "export" => new ExportVerb(),
        "history" => new HistoryVerb(),
        "import" => new ImportVerb(),
        "inspect" => new InspectVerb(null),
        "kill" => new KillVerb(),
        "load" => new LoadVerb(),
        "logs" => new LogsVerb(),
        "pause" => new PauseVerb(),
        "port" => new PortVerb(),
        "rename" => new RenameVerb(),
        "restart" => new RestartVerb(),
        "rm" => new RmVerb(),
        "rmi" => new RmiVerb(),
        "save" => new SaveVerb(),
        "start" => new StartVerb(),
        "stats" => new StatsVerb(),
        "stop" => new StopVerb(),
        "tag" => new TagVerb(),
        "top" => new TopVerb(),
        "unpause" => new UnpauseVerb(),
        "update" => new UpdateVerb(),
        "wait" => new WaitVerb(),
        "container inspect" => new InspectVerb("container"),
        "container prune" => new ContainerPruneVerb(),
        "image inspect" => new InspectVerb("image"),
        ImagePruneVerb.FullName => new ImagePruneVerb(),
        ImageReferrersVerb.FullName => new ImageReferrersVerb(),
        SystemStartVerb.FullName => new SystemStartVerb(),
        SystemStopVerb.FullName => new SystemStopVerb(),
        "system check" => new SystemCheckVerb(),
        "system df" => new SystemDfVerb(),
        "system prune" => new SystemPruneVerb(),
        "completion" => new CompletionVerb(),
        "help" => new HelpVerb(),
        "__complete" => new CompleteVerb(),
        _ => throw new InvalidOperationException($"the verb {name} is declared and not made"),
    };

    /// <summary>The verb that <paramref name="words"/> begin with; null: none.</summary>
    /// <param name="length">How many words call it.</param>
    public static VerbEntry? Find(IReadOnlyList<string> words, out int length)
    {
        length = 0;
        if (words.Count == 0)
            return null;
        length = IsGroup(words[0]) ? 2 : 1;
        if (words.Count < length)
            return null;
        string spelling = length == 1 ? words[0] : $"{words[0]} {words[1]}";
        foreach (var entry in Entries)
            foreach (string own in entry.Spellings)
                if (own == spelling)
                    return entry;
        return null;
    }

    public static bool IsGroup(string word)
    {
        foreach (var (name, _) in Groups)
            if (name == word)
                return true;
        return false;
    }
}
