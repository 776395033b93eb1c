using System.Text;
using Sampan.Cli.Grammar;
using Sampan.Linux;

namespace Sampan.Cli.Manual;

/// <summary>Manual pages, a page a command, from the declarations that the help is made of: see <see href="https://man7.org/linux/man-pages/man7/man.7.html">man(7)</see>.</summary>
internal static class ManualPages
{
    /// <summary>Writes <c>sampan.1</c>, <c>sampan-run.1</c>, ... into <paramref name="directory"/>, which is made when it is missing.</summary>
    public static void Write(string directory)
    {
        string path = directory.StartsWith('/') ? directory : $"{Readlink.Text("/proc/self/cwd")}/{directory}";
        Mkdir.Parents(path, 0x1ED);
        foreach (var (name, text) in All())
            DurableFile.Write($"{path}/{name}", Encoding.UTF8.GetBytes(text), mode: 0x1A4, sync: false);
    }

    /// <summary>File name and text of every page.</summary>
    public static IEnumerable<(string Name, string Text)> All()
    {
        yield return ("sampan.1", Top());
        foreach (var (group, summary) in VerbTable.Groups)
            yield return ($"sampan-{group}.1", Group(group, summary));
        foreach (var entry in VerbTable.Entries)
            if (entry.Section != VerbSection.Hidden || entry.Name is "completion" or "help")
                yield return ($"{PageOf(entry)}.1", Verb(entry));
    }

    private static string PageOf(VerbEntry entry) => $"sampan-{entry.Name.Replace(' ', '-')}";

    private static string Top()
    {
        var page = new Roff("sampan", "a container engine for Linux");
        page.Section("SYNOPSIS").Bold("sampan").Text(" [OPTIONS] COMMAND");
        page.Section("DESCRIPTION").Text("Runs containers from images, without a daemon.");
        page.Options(new GlobalFlags().Flags);
        page.Section("COMMANDS");
        foreach (var entry in VerbTable.Entries)
            if (entry.Section is VerbSection.Common or VerbSection.Other)
                page.Item($"{PageOf(entry)}(1)", Summary(VerbTable.Make(entry.Name)));
        foreach (var (group, summary) in VerbTable.Groups)
            page.Item($"sampan-{group}(1)", summary);
        return page.ToString();
    }

    private static string Group(string group, string summary)
    {
        var page = new Roff($"sampan-{group}", summary);
        page.Section("SYNOPSIS").Bold($"sampan {group}").Text(" COMMAND");
        page.Section("COMMANDS");
        foreach (var entry in VerbTable.Entries)
            if (entry.WordIn(group) is { } word)
                page.Item(word, $"{Summary(VerbTable.Make(entry.Name))}: {PageOf(entry)}(1)");
        page.Section("SEE ALSO").Text("sampan(1)");
        return page.ToString();
    }

    private static string Verb(VerbEntry entry)
    {
        var verb = VerbTable.Make(entry.Name);
        var page = new Roff(PageOf(entry), Summary(verb));
        page.Section("SYNOPSIS");
        foreach (string spelling in entry.Spellings)
            page.Bold($"sampan {spelling}").Text($" {verb.Arguments.Split('\n')[0]}").Break();
        page.Section("DESCRIPTION").Text(verb.Summary);
        page.Options(verb.Flags);
        page.Section("SEE ALSO").Text("sampan(1)");
        return page.ToString();
    }

    private static string Summary(Verb verb) => verb.Summary.Split('\n')[0];
}

/// <summary>The text of one page.</summary>
internal sealed class Roff
{
    private readonly StringBuilder _text = new();

    public Roff(string name, string summary)
    {
        _text.Append(".TH ").Append(name.ToUpperInvariant().Replace("-", "\\-")).Append(" 1\n");
        Section("NAME").Text($"{name} - {summary}");
    }

    public Roff Section(string title)
    {
        Line();
        _text.Append(".SH ").Append(title).Append('\n');
        return this;
    }

    public Roff Bold(string text)
    {
        _text.Append("\\fB").Append(Escape(text)).Append("\\fR");
        return this;
    }

    public Roff Text(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            // A line that begins with a dot or a quote would be a request.
            if (_text[^1] == '\n' && line.Length > 0 && line[0] is '.' or '\'')
                _text.Append("\\&");
            _text.Append(Escape(line)).Append('\n');
        }
        return this;
    }

    public void Break() => _text.Append(".br\n");

    public void Item(string term, string what)
    {
        _text.Append(".TP\n.B ").Append(Escape(term)).Append('\n');
        Text(what);
    }

    public void Options(FlagSet flags)
    {
        if (!flags.All.Any(static flag => !flag.Hidden))
            return;
        Section("OPTIONS");
        foreach (var flag in flags.All.Where(static flag => !flag.Hidden).OrderBy(static flag => flag.Name, StringComparer.Ordinal))
            Item($"{(flag.Shorthand == '\0' ? "" : $"-{flag.Shorthand}, ")}--{flag.Name}{(flag.TypeName.Length > 0 ? $" {flag.TypeName}" : "")}",
                flag.DefaultText is { } value ? $"{flag.Usage} (default {value})" : flag.Usage);
    }

    public override string ToString() => _text.ToString();

    private void Line()
    {
        if (_text.Length > 0 && _text[^1] != '\n')
            _text.Append('\n');
    }

    private static string Escape(string text) => text.Replace("\\", "\\e").Replace("-", "\\-");
}
