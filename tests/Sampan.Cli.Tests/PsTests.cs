using Sampan.Cli.Format;
using Sampan.Engine;

namespace Sampan.Cli.Tests;

/// <summary>Rows of <c>ps</c>, as Docker sets them.</summary>
public sealed class PsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-01-02T03:04:05Z");

    [Fact]
    public void A_table()
    {
        var table = new Table("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES");
        foreach (var view in new[] { Running(), Exited() })
            table.Add(view.Id, view.Image, view.Command, view.RunningFor, view.StatusText, "", view.Names);
        Assert.Equal(
            """
            CONTAINER ID   IMAGE     COMMAND                    CREATED         STATUS                     PORTS     NAMES
            aaaaaaaaaaaa   busybox   "sleep 100"                3 minutes ago   Up 2 seconds                         calm_gull
            bbbbbbbbbbbb   busybox   "sh -c 'echo \"hi\" > …"   2 hours ago     Exited (3) 5 minutes ago             two

            """, table.ToString());
    }

    [Theory]
    [InlineData(ContainerPhase.Created, null, null, 0, "Created")]
    [InlineData(ContainerPhase.Running, "2026-01-02T03:04:04Z", null, 0, "Up 1 second")]
    [InlineData(ContainerPhase.Running, "2026-01-02T04:00:00Z", null, 0, "Up Less than a second")]
    [InlineData(ContainerPhase.Paused, "2026-01-02T03:04:04Z", null, 0, "Up 1 second (Paused)")]
    [InlineData(ContainerPhase.Exited, null, "2026-01-02T03:03:00Z", 137, "Exited (137) About a minute ago")]
    [InlineData(ContainerPhase.Exited, null, null, 255, "Exited (255)")]
    public void Statuses(ContainerPhase phase, string? started, string? finished, int code, string text)
        => Assert.Equal(text, View("x", new ContainerStatus(phase) { StartedAt = started, FinishedAt = finished, ExitCode = code }, ["true"], Now.ToString("o")).StatusText);

    [Theory]
    [InlineData("id=aaaa", true)]
    [InlineData("id=bbbb", false)]
    [InlineData("name=gull", true)]
    [InlineData("name=^calm_gull$", true)]
    [InlineData("name=^gull", false)]
    [InlineData("status=running", true)]
    [InlineData("status=exited", false)]
    [InlineData("exited=0", false)]
    [InlineData("ancestor=busybox", true)]
    [InlineData("ancestor=busybox:latest", true)]
    [InlineData("ancestor=alpine", false)]
    [InlineData("label=tier", true)]
    [InlineData("label=tier=front", true)]
    [InlineData("label=tier=back", false)]
    [InlineData("label=other", false)]
    [InlineData("name=x|gull", true)]
    [InlineData("name=^/calm.*gull$", true)]
    [InlineData("name=^/calm.*x$", false)]
    [InlineData("name=lm$", false)]
    [InlineData("health=none", true)]
    [InlineData("health=healthy", false)]
    [InlineData("is-task=false", true)]
    [InlineData("is-task=true", false)]
    [InlineData("publish=80", false)]
    [InlineData("expose=80", false)]
    [InlineData("volume=/x", false)]
    public void Filters(string filter, bool matches) => Assert.Equal(matches, ContainerFilter.AllMatch([ContainerFilter.Parse(filter)], Running()));

    [Fact]
    public void Filters_of_one_key_are_alternatives_and_of_several_all_hold()
    {
        Assert.True(ContainerFilter.AllMatch([ContainerFilter.Parse("name=none"), ContainerFilter.Parse("name=gull")], Running()));
        Assert.False(ContainerFilter.AllMatch([ContainerFilter.Parse("name=gull"), ContainerFilter.Parse("status=exited")], Running()));
    }

    [Theory]
    [InlineData("name")]
    [InlineData("=x")]
    [InlineData("size=1")]
    [InlineData("health=well")]
    [InlineData("publish=x")]
    [InlineData("is-task=perhaps")]
    [InlineData("status=happy")]
    [InlineData("exited=x")]
    public void Filters_that_are_none(string filter) => Assert.Throws<SampanException>(() => ContainerFilter.Parse(filter));

    [Theory]
    [InlineData("{{.ID}}", "aaaaaaaaaaaa")]
    [InlineData("{{.Names}}\t{{.State}}", "calm_gull\trunning")]
    [InlineData("{{ json .Image }}", "\"busybox\"")]
    [InlineData("{{if .Ports}}p{{else}}none{{end}}", "none")]
    public void Templates(string template, string text) => Assert.Equal(text, Template.Parse(template).Apply(Running().ToJson()));

    [Theory]
    [InlineData("{{.A.B}}", "1")]
    [InlineData("{{json .A}}", "{\"B\":1,\"C\":[true,\"x\"]}")]
    [InlineData("{{.A}}", "map[B:1 C:[true x]]")]
    [InlineData("{{index .A \"B\"}}-{{index .A.C 1}}", "1-x")]
    [InlineData("{{range .A.C}}<{{.}}>{{end}}", "<true><x>")]
    [InlineData("{{range .None}}x{{else}}empty{{end}}", null)]
    [InlineData("{{len .A.C}}", "2")]
    [InlineData("{{if .F}}yes{{else}}no{{end}}", "no")]
    [InlineData("{{.Nothing}}", null)]
    [InlineData("{{.Nothing.More}}", null)]
    [InlineData("{{.A", null)]
    [InlineData("{{}}", null)]
    [InlineData("{{if .A}}x", null)]
    [InlineData("{{end}}", null)]
    [InlineData("{{upper .A}}", null)]
    [InlineData("{{index .A.C 9}}", null)]
    public void Templates_of_documents(string template, string? text)
    {
        byte[] document = "{\"A\":{\"B\":1,\"C\":[true,\"x\"]},\"F\":false}"u8.ToArray();
        if (text is null)
            Assert.StartsWith("template", Assert.Throws<SampanException>(() => Template.Parse(template).Apply(document)).Message);
        else
            Assert.Equal(text, Template.Parse(template).Apply(document));
    }

    private static ContainerView Running() => View("calm_gull", new ContainerStatus(ContainerPhase.Running) { StartedAt = "2026-01-02T03:04:03Z" }, ["sleep", "100"], "2026-01-02T03:01:00Z");

    private static ContainerView Exited()
        => View("two", new ContainerStatus(ContainerPhase.Exited) { ExitCode = 3, FinishedAt = "2026-01-02T02:59:00Z" }, ["sh", "-c", "echo \"hi\" > /dev/null"], "2026-01-02T01:00:00Z", 'b');

    private static ContainerView View(string name, ContainerStatus status, List<string> command, string created, char digit = 'a') => new(new ContainerRecord
    {
        Id = new string(digit, 64), Name = name, Created = created, ImageId = "sha256:0123", Command = command, Mounts = [], HostConfig = new HostConfig(),
        Config = new ContainerSettings { Image = "busybox", Labels = new() { ["tier"] = "front" } },
    }, status, Now, cut: true);
}
