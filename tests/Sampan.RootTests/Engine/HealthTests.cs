using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>Health checks, of the image and of the user.</summary>
public sealed class HealthTests : RootTest
{
    [Fact]
    public void Starting_healthy_unhealthy_and_back()
    {
        string id = Sampan.RunDetached("--health-cmd", "echo look; test -e /tmp/well", "--health-interval", "200ms", "--health-retries", "2", "--name", "patient", "busybox", "sleep", "1000");
        Assert.Equal("starting", Sampan.Inspect(id, "State.Health.Status"));
        Assert.EndsWith("(health: starting)", Status(id));
        Sampan.Run("exec", id, "touch", "/tmp/well").Succeeds();
        WaitForHealth(id, "healthy");
        Assert.EndsWith("(healthy)", Status(id));
        Assert.Equal("0", Sampan.Inspect(id, "State.Health.FailingStreak"));
        Assert.Equal(id, Sampan.Run("ps", "-q", "--no-trunc", "-f", "health=healthy").Succeeds().Line);
        Assert.Equal("", Sampan.Run("ps", "-q", "-f", "health=unhealthy").Succeeds().Stdout);
        Sampan.Run("exec", id, "rm", "/tmp/well").Succeeds();
        WaitForHealth(id, "unhealthy");
        Assert.EndsWith("(unhealthy)", Status(id));
        // Nothing else happens to it.
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
        Assert.True(SpinWait.SpinUntil(() => Results(id).Length == 5 && Results(id).All(r => r.ExitCode == 1), Child.Limit), "five results are kept");
        Assert.All(Results(id), r => Assert.Equal("look\n", r.Output));
        Sampan.Run("exec", id, "touch", "/tmp/well").Succeeds();
        WaitForHealth(id, "healthy");
    }

    [Fact]
    public void Failures_in_the_start_period_do_not_count()
    {
        string id = Sampan.RunDetached("--health-cmd", "exit 1", "--health-interval", "100ms", "--health-start-interval", "100ms", "--health-start-period", "2s", "--health-retries", "1", "busybox", "sleep", "1000");
        Assert.True(SpinWait.SpinUntil(() => Results(id).Length >= 3, Child.Limit));
        Assert.Equal("starting", Sampan.Inspect(id, "State.Health.Status"));
        Assert.Equal("0", Sampan.Inspect(id, "State.Health.FailingStreak"));
        WaitForHealth(id, "unhealthy");
    }

    [Fact]
    public void A_check_that_hangs_is_killed_and_counts_as_failed()
    {
        string id = Sampan.RunDetached("--health-cmd", "echo begun; sleep 777", "--health-interval", "100ms", "--health-timeout", "300ms", "--health-retries", "1", "busybox", "sleep", "1000");
        WaitForHealth(id, "unhealthy");
        var result = Results(id)[0];
        Assert.Equal(-1, result.ExitCode);
        Assert.Equal("Health check exceeded timeout (0.3s): begun\n", result.Output);
        Assert.True(SpinWait.SpinUntil(() => Count("sleep 777") <= 1, Child.Limit));

        int Count(string program) => Sampan.Run("exec", id, "ps").Succeeds().Stdout.Split('\n').Count(l => l.EndsWith(program, StringComparison.Ordinal));
    }

    [Fact]
    public void A_check_that_cannot_be_run_says_why()
    {
        string id = Sampan.RunDetached("--health-cmd", "[\"/no/such\"]", "--health-interval", "100ms", "--health-retries", "1", "busybox", "sleep", "1000");
        WaitForHealth(id, "unhealthy");
        Assert.Equal(127, Results(id)[0].ExitCode);
        Assert.Contains("/no/such", Results(id)[0].Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Much_output_is_cut()
    {
        string id = Sampan.RunDetached("--health-cmd", "head -c 300000 /dev/zero | tr '\\0' x", "--health-interval", "100ms", "busybox", "sleep", "1000");
        WaitForHealth(id, "healthy");
        Assert.Equal(new string('x', 4096), Results(id)[0].Output);
    }

    [Fact]
    public void The_image_says_how_and_the_user_may_say_otherwise()
    {
        Sampan.Run("run", "--rm", "busybox", "true").Succeeds();
        string archive = InWork("checked.tar");
        Sampan.Run("save", "-o", archive, "busybox").Succeeds();
        string healthy = ImageWith(archive, "[\"CMD-SHELL\",\"echo of the image\"]");
        string id = Sampan.RunDetached("--health-interval", "100ms", healthy, "sleep", "1000");
        WaitForHealth(id, "healthy");
        Assert.Equal("of the image\n", Results(id)[0].Output);
        string none = Sampan.RunDetached("--no-healthcheck", healthy, "sleep", "1000");
        Assert.DoesNotContain("health", Status(none), StringComparison.Ordinal);
        Assert.DoesNotContain("\"Health\":", Sampan.Run("inspect", none).Succeeds().Stdout, StringComparison.Ordinal);
        Assert.Equal(none, Sampan.Run("ps", "-q", "--no-trunc", "-f", "health=none").Succeeds().Line);
    }

    [Theory]
    [InlineData("kill", "137")]
    [InlineData("stop", "9")]
    public void An_unhealthy_container_is_ended(string action, string code)
    {
        string id = Sampan.RunDetached("--health-cmd", "exit 1", "--health-interval", "100ms", "--health-retries", "2", "--health-on-failure", action, "busybox", "sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.05; done");
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal(code, Sampan.Inspect(id, "State.ExitCode"));
        Assert.Equal("unhealthy", Sampan.Inspect(id, "State.Health.Status"));
    }

    [Fact]
    public void An_unhealthy_container_is_started_again()
    {
        string id = Sampan.RunDetached("--health-cmd", "exit 1", "--health-interval", "100ms", "--health-retries", "2", "--health-on-failure", "restart", "--stop-timeout", "0", "busybox", "sleep", "1000");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Inspect(id, "RestartCount") == "2", Child.Limit));
        Sampan.Run("stop", "-t", "0", id).Succeeds();
        Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
    }

    [Fact]
    public void Checks_leave_nothing_behind_and_go_on_after_the_monitor_has_executed_itself_again()
    {
        string id = Sampan.RunDetached("--health-cmd", "echo look", "--health-interval", "1200ms", "busybox", "sleep", "1000");
        Assert.True(SpinWait.SpinUntil(() => Results(id).Length >= 3, Child.Limit));
        int monitor = int.Parse(File.ReadAllLines($"/proc/{Sampan.Inspect(id, "State.Pid")}/status").Single(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains("--resume", File.ReadAllText($"/proc/{monitor}/cmdline"));
        int fds = Directory.GetFileSystemEntries($"/proc/{monitor}/fd").Length;
        Assert.InRange(fds, 5, 16);
        string[] events = Sampan.Run("events", "--since", "1h", "--until", "0s", "--filter", $"container={id}", "--format", "{{.Action}}").Succeeds().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["health_status: healthy"], events.Where(e => e.StartsWith("health", StringComparison.Ordinal)));
        Sampan.Run("rm", "-f", id).Succeeds();
    }

    [Theory]
    [InlineData("--health-interval", "5")]
    [InlineData("--health-retries", "-1")]
    [InlineData("--health-on-failure", "restart")]
    public void What_makes_no_sense_is_said(string flag, string value) => Sampan.Run("run", $"{flag}={value}", "busybox", "true").ExitsWith(125).SaysOneLine(flag[2..]);

    [Fact]
    public void No_healthcheck_and_one_is_a_contradiction()
        => Sampan.Run("run", "--no-healthcheck", "--health-cmd", "x", "busybox", "true").ExitsWith(125).SaysOneLine("--no-healthcheck");

    private string Status(string id) => Sampan.Run("ps", "-f", $"id={id}", "--format", "{{.Status}}").Succeeds().Line;

    private void WaitForHealth(string id, string status)
        => Assert.True(SpinWait.SpinUntil(() => Sampan.Inspect(id, "State.Health.Status") == status, Child.Limit), $"never {status}: {Sampan.Inspect(id, "State.Health")}");

    private (int ExitCode, string Output)[] Results(string id)
    {
        using var health = JsonDocument.Parse(Sampan.Inspect(id, "State.Health"));
        return [.. health.RootElement.GetProperty("Log").EnumerateArray().Select(r => (r.GetProperty("ExitCode").GetInt32(), r.GetProperty("Output").GetString()!))];
    }

    /// <summary>busybox with another configuration, as an archive of Docker's, loaded.</summary>
    private string ImageWith(string archive, string test)
    {
        string directory = InWork("image/x")[..^2];
        Host("tar", "-xf", archive, "-C", directory).Succeeds();
        string manifest = File.ReadAllText($"{directory}/manifest.json");
        using var json = JsonDocument.Parse(manifest);
        string config = json.RootElement[0].GetProperty("Config").GetString()!, layer = json.RootElement[0].GetProperty("Layers")[0].GetString()!;
        string text = File.ReadAllText($"{directory}/{config}");
        int at = text.IndexOf("\"config\":{", StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        string changed = text.Insert(at + 10, $"\"Healthcheck\":{{\"Test\":{test}}}" + (text[at + 10] == '}' ? "" : ","));
        string docker = InWork("docker/x")[..^2];
        File.WriteAllText($"{docker}/config.json", changed);
        File.Copy($"{directory}/{layer}", $"{docker}/layer.tar");
        File.WriteAllText($"{docker}/manifest.json", "[{\"Config\":\"config.json\",\"RepoTags\":[\"checked:latest\"],\"Layers\":[\"layer.tar\"]}]");
        Host("tar", "-cf", InWork("docker.tar"), "-C", docker, "config.json", "layer.tar", "manifest.json").Succeeds();
        Sampan.Run("load", "-i", InWork("docker.tar")).Succeeds();
        return "checked";
    }
}
