using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>The journal of events.</summary>
public sealed class EventTests : RootTest
{
    [Fact]
    public void A_life_in_events()
    {
        Cli fresh = NewSampan();
        fresh.Run("images").Succeeds();
        string id = fresh.RunDetached("--name", "one", "-l", "tier=front", "busybox", "sleep", "1000");
        fresh.Run("exec", "one", "true").Succeeds();
        fresh.Run("pause", "one").Succeeds();
        fresh.Run("unpause", "one").Succeeds();
        fresh.Run("rename", "one", "two").Succeeds();
        fresh.Run("stop", "-t", "0", "two").Succeeds();
        fresh.Run("rm", "two").Succeeds();
        string[] actions = fresh.Run("events", "--since", "1h", "--until", "0s", "--filter", "type=container", "--format", "{{.Action}}").Succeeds().Lines;
        Assert.Equal(["create", "start", "exec_create: true", "exec_start: true", "pause", "unpause", "rename", "kill", "kill", "die", "stop", "destroy"], actions);
        string line = fresh.Run("events", "--since", "1h", "--until", "0s", "--filter", "event=die").Succeeds().Line;
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d) container die [0-9a-f]{64} \(execDuration=\d+, exitCode=137, image=busybox, name=two, tier=front\)$", line);
        using var json = JsonDocument.Parse(fresh.Run("events", "--since", "1h", "--until", "0s", "--filter", "event=start", "--format", "json").Succeeds().Line);
        JsonElement start = json.RootElement;
        Assert.Equal("start", start.GetProperty("status").GetString());
        Assert.Equal(id, start.GetProperty("id").GetString());
        Assert.Equal("busybox", start.GetProperty("from").GetString());
        Assert.Equal("container", start.GetProperty("Type").GetString());
        Assert.Equal("start", start.GetProperty("Action").GetString());
        Assert.Equal("one", start.GetProperty("Actor").GetProperty("Attributes").GetProperty("name").GetString());
        Assert.Equal("local", start.GetProperty("scope").GetString());
        Assert.Equal(start.GetProperty("time").GetInt64(), start.GetProperty("timeNano").GetInt64() / 1_000_000_000);
    }

    [Fact]
    public void Events_as_they_happen()
    {
        Child listening = Sampan.Start("events", "--filter", "container=watched", "--format", "{{.Action}}");
        Thread.Sleep(200);
        Sampan.Run("run", "--rm", "--name", "other", "busybox", "true").Succeeds();
        Sampan.Run("run", "--rm", "--name", "watched", "busybox", "sh", "-c", "exit 3").ExitsWith(3);
        listening.WaitFor("destroy\n");
        Assert.Equal("create\nattach\nstart\ndie\ndestroy\n", listening.Output);
        listening.Signal(2);
        listening.Finish();
    }

    [Fact]
    public void Filters_and_moments()
    {
        Cli fresh = NewSampan();
        fresh.Run("run", "--rm", "--name", "aa", "-l", "k=1", "busybox", "true").Succeeds();
        fresh.Run("tag", "busybox", "renamed:1").Succeeds();
        fresh.Run("rmi", "renamed:1").Succeeds();
        Assert.Equal("tag\nuntag", Actions("--filter", "image=renamed:1", "--filter", "type=image"));
        Assert.Equal("create\ndestroy", Actions("--filter", "container=aa", "--filter", "event=create", "--filter", "event=destroy"));
        Assert.Contains("start", Actions("--filter", "label=k=1"));
        Assert.Equal("", Actions("--filter", "label=k=2"));
        Assert.Equal("", fresh.Run("events", "--since", "2000-01-01T00:00:00Z", "--until", "2000-01-02T00:00:00Z").Succeeds().Stdout);
        fresh.Run("events", "--filter", "colour=red", "--until", "0s").FailsWith(1, "colour=red");
        fresh.Run("events", "--since", "yesterday").FailsWith(1, "yesterday");
        fresh.Run("events", "--until", "0s", "--format", "{{.Nothing").FailsWith(1, "template");
        Assert.True(fresh.Run("system", "events", "--until", DateTimeOffset.UtcNow.AddSeconds(1).ToString("o")).Succeeds().Elapsed > TimeSpan.FromSeconds(0.5));

        string Actions(params string[] options) => fresh.Run(["events", "--since", "1h", "--until", "0s", "--format", "{{.Action}}", .. options]).Succeeds().Line;
    }

    [Fact]
    public void The_journal_is_bounded_and_lines_do_not_mix()
    {
        Cli fresh = NewSampan();
        fresh.Run("create", "--name", "cc", "-l", $"long={new string('x', 60_000)}", "busybox").Succeeds();
        // Each of these is told with the label: 60 KB a line, over a megabyte after a few.
        for (int round = 0; round < 5; round++)
        {
            Child[] many = [.. Enumerable.Range(0, 8).Select(_ => fresh.Start("cp", "cc:/etc/passwd", InWork($"p{round}")))];
            foreach (Child child in many)
                child.Finish();
        }
        Assert.True(new FileInfo(Path.Combine(fresh.Store.Root, "events.jsonl")).Length <= 2 << 20);
        string previous = Path.Combine(fresh.Store.Root, "events.1.jsonl");
        Assert.InRange(new FileInfo(previous).Length, 1, 2 << 20);
        foreach (string line in File.ReadLines(previous))
            JsonDocument.Parse(line).Dispose();
        Assert.NotEqual("", fresh.Run("events", "--since", "1h", "--until", "0s", "--format", "{{.Action}}").Succeeds().Stdout);
    }
}
