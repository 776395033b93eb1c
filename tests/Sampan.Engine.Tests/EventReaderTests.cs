using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Tests;

/// <summary>The journal's lines, written and read.</summary>
public sealed class EventReaderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("events").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Append(string action, string name = "web")
        => EventJournal.Append(_directory, EventRecord.Now(EventRecord.Container, action, new EventActor { ID = "id", Attributes = new() { ["name"] = name } }));

    [Fact]
    public void What_was_written_is_read()
    {
        Append("start: \"a\"\n\\ü", "é\"");
        using var reader = new EventReader(_directory, fromEnd: false);
        var record = Assert.Single(reader.Next());
        Assert.Equal("start: \"a\"\n\\ü", record.Action);
        Assert.Equal("é\"", record.Actor!.Attributes!["name"]);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - record.Time, 0, 60);
        Assert.Empty(reader.Next());
        Append("stop");
        Assert.Equal("stop", Assert.Single(reader.Next()).Action);
    }

    [Fact]
    public void What_a_monitor_writes_is_read()
    {
        new EventActor { ID = "id", Attributes = new() { ["name"] = "a\"}}" } }.Write(_directory);
        EventJournal.Append(_directory, EventRecord.Container, "die", File.ReadAllText(Path.Combine(_directory, EventActor.FileName)), ("exitCode", "3"));
        using var reader = new EventReader(_directory, fromEnd: false);
        var record = Assert.Single(reader.Next());
        Assert.Equal(("die", "id", "a\"}}", "3"), (record.Action, record.Actor!.ID, record.Actor.Attributes!["name"], record.Actor.Attributes["exitCode"]));
    }

    [Fact]
    public void What_is_left_for_a_monitor_is_never_too_long()
    {
        new EventActor { ID = "id", Attributes = new() { ["name"] = "web", ["image"] = "i", ["label"] = new('x', 1 << 20) } }.Write(_directory);
        Assert.Equal("{\"ID\":\"id\",\"Attributes\":{\"image\":\"i\",\"name\":\"web\"}}", File.ReadAllText(Path.Combine(_directory, EventActor.FileName)));
    }

    [Fact]
    public void From_the_end_only_what_comes()
    {
        Append("old");
        using var reader = new EventReader(_directory, fromEnd: true);
        Append("new");
        Assert.Equal("new", Assert.Single(reader.Next()).Action);
    }

    [Fact]
    public void Torn_lines_are_passed_over()
    {
        File.WriteAllText(Path.Combine(_directory, EventJournal.FileName), "{\"Type\":\"cont\n{}\n\n");
        Append("start");
        using var reader = new EventReader(_directory, fromEnd: false);
        Assert.Equal("start", Assert.Single(reader.Next()).Action);
    }

    [Fact]
    public void Reading_goes_on_in_the_next_file()
    {
        Append("first");
        using var reader = new EventReader(_directory, fromEnd: false);
        Assert.Single(reader.Next());
        string name = new('x', 30_000);
        for (int i = 0; i < 50; i++)
            Append($"a{i}", name);
        Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"a{i}"), reader.Next().Select(static r => r.Action));
        Assert.True(File.Exists(Path.Combine(_directory, EventJournal.PreviousName)));
        using var late = new EventReader(_directory, fromEnd: false);
        Assert.Equal("first", late.Next().First().Action);
    }

    [Fact]
    public void A_line_is_not_endless()
    {
        Append("start", new string('x', EventJournal.LongestLine));
        using var reader = new EventReader(_directory, fromEnd: false);
        Assert.Null(Assert.Single(reader.Next()).Actor!.Attributes?.GetValueOrDefault("name"));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_no_failure() => EventJournal.Append(Path.Combine(_directory, "none"), EventRecord.Now(EventRecord.Image, "pull", new EventActor { ID = "x" }));
}
