using System.Globalization;
using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>What <c>stats</c> shows.</summary>
public sealed class StatsTests : RootTest
{
    [Fact]
    public void Of_one_that_works_and_one_that_does_not()
    {
        Machine.RequireController("memory");
        Machine.RequireController("pids");
        string busy = Sampan.RunDetached("--name", "busy", "-m", "64m", "busybox", "sh", "-c", "head -c 20000000 /dev/zero > /f; while :; do :; done");
        Sampan.RunDetached("--name", "idle", "busybox", "sleep", "1000");
        Sampan.Run("create", "--name", "stopped", "busybox").Succeeds();
        string[] lines = Sampan.Run("stats", "--no-stream").Succeeds().Lines;
        Assert.Matches(@"^CONTAINER ID +NAME +CPU % +MEM USAGE / LIMIT +MEM % +NET I/O +BLOCK I/O +PIDS$", lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, l => System.Text.RegularExpressions.Regex.IsMatch(l, $@"^{busy[..12]} +busy +\d+\.\d\d% +[\d.]+[KM]iB / 64MiB +\d+\.\d\d% +0B / 0B +[\d.]+[kMG]?B / [\d.]+[kMG]?B +1$"));
        using var json = JsonDocument.Parse(Sampan.Run("stats", "--no-stream", "--format", "json", "busy").Succeeds().Line);
        Assert.Equal("busy", json.RootElement.GetProperty("Name").GetString());
        Assert.InRange(Percent("busy", "CPUPerc"), 5, 100 * System.Environment.ProcessorCount + 20);
        Assert.InRange(Percent("idle", "CPUPerc"), 0, 5);
        Assert.InRange(Percent("busy", "MemPerc"), 0.01, 100);
        Assert.Equal(4, Sampan.Run("stats", "--no-stream", "-a").Succeeds().Lines.Length);
        Assert.Equal("stopped 0.00% 0", Sampan.Run("stats", "--no-stream", "--format", "{{.Name}} {{.CPUPerc}} {{.PIDs}}", "stopped").Succeeds().Line);
        Assert.Equal(busy, Sampan.Run("container", "stats", "--no-stream", "--no-trunc", "--format", "{{.ID}}", "busy").Succeeds().Line);
        Sampan.Run("stats", "--no-stream", "nobody").FailsWith(1, "nobody");

        double Percent(string name, string field) => double.Parse(Sampan.Run("stats", "--no-stream", "--format", $"{{{{.{field}}}}}", name).Succeeds().Line.TrimEnd('%'), CultureInfo.InvariantCulture);
    }

    [Fact]
    public void A_stream_goes_on()
    {
        Sampan.RunDetached("--name", "one", "busybox", "sleep", "1000");
        Child stream = Sampan.Start("stats", "--format", "{{.Name}}");
        stream.WaitFor("\x1b[Hone\x1b[K\n\x1b[J\x1b[Hone");
        Sampan.RunDetached("--name", "two", "busybox", "sleep", "1000");
        stream.WaitFor("two\x1b[K\none");
        stream.Signal(2);
        stream.Finish();
    }
}
