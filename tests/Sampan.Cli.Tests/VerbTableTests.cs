using Sampan.Cli.Manual;

namespace Sampan.Cli.Tests;

/// <summary>Every verb, however it is called.</summary>
public sealed class VerbTableTests
{
    public static TheoryData<string> Names => [.. VerbTable.Entries.Select(static e => e.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Is_made_under_the_name_it_is_declared_with(string name) => Assert.Equal(name, VerbTable.Make(name).Name);

    [Theory, MemberData(nameof(Names))]
    public void Declares_each_flag_once(string name)
    {
        var flags = VerbTable.Make(name).Flags.All;
        Assert.Distinct(flags.SelectMany(static f => f.Aliases.Append(f.Name)));
        Assert.Distinct(flags.Select(static f => f.Shorthand).Where(static c => c != '\0'));
    }

    [Fact]
    public void No_spelling_means_two_verbs() => Assert.Distinct(VerbTable.Entries.SelectMany(static e => e.Spellings));

    [Fact]
    public void Groups_are_those_of_the_spellings()
        => Assert.All(VerbTable.Entries.SelectMany(static e => e.Spellings).Where(static s => s.Contains(' ')), static s => Assert.True(VerbTable.IsGroup(s.Split(' ')[0])));

    [Theory]
    [InlineData("container ls -a", "ps", 2)]
    [InlineData("ps -a", "ps", 1)]
    [InlineData("image rm x", "rmi", 2)]
    [InlineData("system events", "events", 2)]
    public void Is_found(string line, string name, int words)
    {
        Assert.Equal(name, VerbTable.Find(line.Split(' '), out int length)!.Name);
        Assert.Equal(words, length);
    }

    [Theory]
    [InlineData("container")]
    [InlineData("container frobnicate")]
    [InlineData("ls")]
    [InlineData("")]
    public void Is_not_found(string line) => Assert.Null(VerbTable.Find(line.Split(' '), out _));

    [Fact]
    public void Every_page_of_the_manual_is_sound()
    {
        Assert.All(ManualPages.All(), static page =>
        {
            Assert.Matches("^sampan[a-z_-]*\\.1$", page.Name);
            Assert.StartsWith(".TH SAMPAN", page.Text);
            // Only requests that are meant begin a line with a dot.
            Assert.All(page.Text.Split('\n').Where(static l => l.StartsWith('.')), static l => Assert.Matches(@"^\.(TH|SH|TP|B|br)( |$)", l));
        });
    }
}
