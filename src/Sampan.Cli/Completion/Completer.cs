using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Completion;

/// <summary>What could be typed next: read off the declarations of verbs and flags, and the names of what is there.</summary>
internal sealed class Completer(Session session)
{
    /// <summary>A line that says: and names of files.</summary>
    public const string Files = ":files";

    private readonly List<string> _lines = [];

    /// <param name="words">After <c>sampan</c>; the last is being typed, and may be empty.</param>
    /// <returns>A candidate a line, after a tab what it is.</returns>
    public List<string> Complete(List<string> words)
    {
        if (words.Count == 0)
            words.Add("");
        string current = words[^1];
        var before = words[..^1];
        var global = new GlobalFlags();
        int at = 0;
        while (at < before.Count && before[at].StartsWith('-'))
        {
            var flag = Flag(global.Flags, before[at]);
            at += flag is { ValueWhenBare: null } && !before[at].Contains('=') ? 2 : 1;
        }
        if (at > before.Count)
            _lines.Add(Files); // the value of a flag
        else if (at == before.Count)
            First(current, global.Flags);
        else if (VerbTable.IsGroup(before[at]) && at + 1 == before.Count)
            InGroup(before[at], current);
        else if (VerbTable.Find(before[at..], out int length) is { } entry)
            InVerb(VerbTable.Make(entry.Name), before[(at + length)..], current);
        return _lines;
    }

    private void First(string current, FlagSet flags)
    {
        if (current.StartsWith('-'))
        {
            Flags(flags, current);
            return;
        }
        foreach (var entry in VerbTable.Entries)
            if (entry.Section is VerbSection.Common or VerbSection.Other)
                Offer(entry.Name, VerbTable.Make(entry.Name).Summary, current);
        foreach (var (name, summary) in VerbTable.Groups)
            Offer(name, summary, current);
    }

    private void InGroup(string group, string current)
    {
        foreach (var entry in VerbTable.Entries)
            if (entry.WordIn(group) is { } word)
                Offer(word, VerbTable.Make(entry.Name).Summary, current);
    }

    private void InVerb(Verb verb, List<string> before, string current)
    {
        int position = 0;
        bool flagsEnded = false;
        for (int i = 0; i < before.Count; i++)
        {
            string word = before[i];
            if (!flagsEnded && word == "--")
                flagsEnded = true;
            else if (!flagsEnded && word.Length > 1 && word[0] == '-')
            {
                if (Flag(verb.Flags, word) is not { ValueWhenBare: null } flag || word.Contains('=') || (word[1] != '-' && word.Length > 2))
                    continue;
                if (++i == before.Count)
                {
                    Values(flag, current);
                    return;
                }
            }
            else
            {
                position++;
                flagsEnded |= !verb.Interspersed;
            }
        }
        if (!flagsEnded && current.StartsWith('-'))
        {
            int equals = current.IndexOf('=');
            if (equals > 0 && Flag(verb.Flags, current) is { } assigned)
                _lines.Add(Files);
            else
                Flags(verb.Flags, current);
            return;
        }
        Argument(verb, position, current);
    }

    /// <summary>The usage line says what an argument is.</summary>
    private void Argument(Verb verb, int position, string current)
    {
        string[] kinds = [.. verb.Arguments.Split('\n')[0].Split(' ').Where(static word => word.Length > 0 && word != "[OPTIONS]").Select(static word => word.Trim('[', ']'))];
        if (kinds.Length == 0)
            return;
        string kind = position < kinds.Length ? kinds[position] : kinds[^1].EndsWith("...", StringComparison.Ordinal) ? kinds[^1] : "";
        if (kind.StartsWith("CONTAINER:", StringComparison.Ordinal) || (verb.Name == "cp" && position < 2))
        {
            Containers(verb, current, after: ":");
            _lines.Add(Files);
        }
        else if (kind.StartsWith("CONTAINER", StringComparison.Ordinal))
            Containers(verb, current);
        else if (kind.Contains("IMAGE", StringComparison.Ordinal) || kind.StartsWith("REPOSITORY", StringComparison.Ordinal) || (kind.StartsWith("NAME[", StringComparison.Ordinal) && verb.Name is "push"))
            Images(current);
        else if (kind.StartsWith("NAME|ID", StringComparison.Ordinal))
        {
            if (!verb.Name.StartsWith("image", StringComparison.Ordinal))
                Containers(verb, current);
            if (!verb.Name.StartsWith("container", StringComparison.Ordinal))
                Images(current);
        }
        else if (verb is Verbs.CompletionVerb)
            foreach (string shell in CompletionScript.Shells)
                Offer(shell, "", current);
        else if (verb is Verbs.HelpVerb)
            First(current, new FlagSet());
        else if (kind.Length > 0)
            _lines.Add(Files);
    }

    private void Values(Flag flag, string current)
    {
        IReadOnlyList<string> known = flag.Name switch
        {
            "network" or "net" => ["none", "host"],
            "restart" => ["no", "always", "unless-stopped", "on-failure"],
            "pull" => ["always", "missing", "never"],
            "type" => ["container", "image"],
            "pid" or "ipc" or "uts" => ["host"],
            "storage-driver" => ["overlay", "copy"],
            _ => [],
        };
        foreach (string value in known)
            Offer(value, "", current);
        if (known.Count == 0)
            _lines.Add(Files);
    }

    private void Containers(Verb verb, string current, string after = "")
    {
        bool running = verb.Name is "exec" or "kill" or "pause" or "stop" or "top" or "attach" or "stats", stopped = verb.Name is "start";
        foreach (var record in session.Engine.List(static _ => { }))
        {
            var phase = running || stopped ? session.Engine.StatusOf(record).Phase : ContainerPhase.Exited;
            bool runs = phase is ContainerPhase.Running or ContainerPhase.Paused;
            if ((!running || runs) && (!stopped || !runs))
                Offer(record.Name! + after, record.Config!.Image ?? "", current);
        }
    }

    private void Images(string current)
    {
        foreach (var image in session.Engine.Images.List())
            foreach (var name in image.Names)
                Offer(name.Familiar, "image", current);
    }

    private void Flags(FlagSet flags, string current)
    {
        foreach (var flag in flags.All)
            if (!flag.Hidden)
                Offer($"--{flag.Name}", flag.Usage, current);
        Offer("--help", "Print usage", current);
    }

    private static Flag? Flag(FlagSet flags, string word)
    {
        int equals = word.IndexOf('=');
        string name = equals < 0 ? word : word[..equals];
        // Of a bundle (-it) the last one may want a value.
        return name.StartsWith("--", StringComparison.Ordinal) ? flags.Long(name.AsSpan(2)) : flags.Short(name[^1]);
    }

    private void Offer(string word, string what, string current)
    {
        if (word.StartsWith(current, StringComparison.Ordinal))
            _lines.Add(what.Length > 0 ? $"{word}\t{what.Split('\n')[0]}" : word);
    }
}
