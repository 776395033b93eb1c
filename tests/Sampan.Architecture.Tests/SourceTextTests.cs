using System.Text.RegularExpressions;

namespace Sampan.Architecture.Tests;

/// <summary>Rules of the house that show in the text of the sources.</summary>
public sealed partial class SourceTextTests
{
    private const int LongestFile = 500;

    private static IEnumerable<string> Sources => Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs"));

    [Fact]
    public void No_file_is_longer_than_500_lines()
    {
        string[] tooLong = [.. Sources.Select(f => (File: f, Lines: File.ReadLines(Repository.PathOf(f)).Count()))
            .Where(f => f.Lines > LongestFile).Select(f => $"{f.File}: {f.Lines} lines")];
        Assert.True(tooLong.Length == 0, string.Join('\n', tooLong));
    }

    /// <summary>The sources speak to strangers: nothing in them may name a place on the machine they were written on.</summary>
    [Fact]
    public void No_text_names_a_place_on_the_authors_machine()
    {
        string home = Repository.Root.TrimEnd('/');
        var found = new List<string>();
        string[] folders = ["src", "tests", "docs", "bench", "eng", ".ci"];
        IEnumerable<string> files = folders.SelectMany(f => Repository.Files(f)).Concat(Directory.EnumerateFiles(Repository.Root).Select(f => Path.GetFileName(f)).Where(f => f != ".git"));
        foreach (string file in files)
        {
            string text = File.ReadAllText(Repository.PathOf(file));
            foreach (Match match in LocalPlace().Matches(text))
                found.Add($"{file}: {match.Value}");
            // A short root such as /src or /build is a word that may stand in any text.
            if (home.Count(c => c == '/') >= 2 && text.Contains(home, StringComparison.Ordinal))
                found.Add($"{file}: {home}");
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    // Split so that the pattern does not find itself.
    [GeneratedRegex("/wor" + "k/(main|wt|shared)|/home/[a-z]+/[a-z]|/Use" + "rs/|C:\\\\Use" + "rs")]
    private static partial Regex LocalPlace();

    [Fact]
    public void Nothing_sleeps_to_synchronise()
        => AssertAbsent(Repository.Files("src", "*.cs"), @"\bThread\.Sleep\b");

    /// <summary>Both install signal handlers and threads of their own, which a launcher must not have.</summary>
    [Fact]
    public void The_launcher_uses_neither_Console_nor_Process_nor_threads()
    {
        string[] rooms = ["src/Sampan.Linux", "src/Sampan.Oci", "src/Sampan.Launch", "src/Sampan.Cgroups", "src/Sampan.Runtime", "src/Sampan.OciCli"];
        AssertAbsent(rooms.SelectMany(r => Repository.Files(r, "*.cs")),
            @"\bConsole\s*\.\s*\w|\bSystem\.Diagnostics\.Process\b|\bProcess\.Start\b|\bnew Thread\b|\bThreadPool\b|\bTask\.Run\b|\bPosixSignalRegistration\b");
    }

    /// <summary>What the compiler knows of the host is what HostFacts says, so that a plan is a function of its inputs.</summary>
    [Fact]
    public void The_compiler_and_the_plan_ask_nothing_of_the_host()
        => AssertAbsent(new[] { "src/Sampan.Launch/Compiler", "src/Sampan.Launch/Plan" }.SelectMany(r => Repository.Files(r, "*.cs")),
            @"\b(File|Directory|FileInfo|DirectoryInfo|Environment|DateTime|DateTimeOffset|Stopwatch|TimeProvider|Random)\.\w|\bnew (FileStream|FileInfo|DirectoryInfo|Random)\b|\bSys\.\w+\(");

    [Fact]
    public void No_exception_is_swallowed()
        => AssertAbsent(Repository.Files("src", "*.cs"), @"catch(\s*\(\s*(System\.)?Exception\s*\))?\s*\{\s*\}");

    /// <summary>A test may skip only for what the machine lacks, and only the harness decides that.</summary>
    [Fact]
    public void Tests_are_not_skipped_by_hand()
        => AssertAbsent(Repository.Files("tests", "*.cs").Where(f => Path.GetFileName(f) is not ("Machine.cs" or "SourceTextTests.cs")),
            @"\bSkip\s*=|\bAssert\.Skip");

    private static void AssertAbsent(IEnumerable<string> files, string pattern)
    {
        var regex = new Regex(pattern);
        var found = new List<string>();
        foreach (string file in files)
        {
            string text = WithoutComments(File.ReadAllText(Repository.PathOf(file)));
            foreach (Match match in regex.Matches(text))
                found.Add($"{file}:{text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value.ReplaceLineEndings(" ")}");
        }
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>Blanks comments and keeps line numbers. Good enough for sources without "//" in odd strings.</summary>
    private static string WithoutComments(string text)
        => Comment().Replace(text, m => m.Value.StartsWith('"') ? m.Value : new string('\n', m.Value.Count(c => c == '\n')));

    [GeneratedRegex("\"(?:\\\\.|[^\"\\\\\\n])*\"|//[^\\n]*|/\\*.*?\\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
