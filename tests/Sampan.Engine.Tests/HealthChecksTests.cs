using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Tests;

public sealed class HealthChecksTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void The_image_fills_what_the_user_left_open()
    {
        var image = new HealthConfig { Test = ["CMD", "a"], Interval = Second, Timeout = 2 * Second, Retries = 4 };
        var merged = HealthChecks.Merge(new HealthConfig { Interval = 5 * Second }, image)!;
        Assert.Equal(["CMD", "a"], merged.Test);
        Assert.Equal((5 * Second, 2 * Second, 4), (merged.Interval, merged.Timeout, merged.Retries));
        Assert.Same(image, HealthChecks.Merge(null, image));
        Assert.Equal(["NONE"], HealthChecks.Merge(new HealthConfig { Test = ["NONE"] }, image)!.Test);
    }

    [Fact]
    public void Commands()
    {
        Assert.Equal(["a", "b"], Command("CMD", "a", "b"));
        Assert.Equal(["/bin/sh", "-c", "a b"], Command("CMD-SHELL", "a b"));
        Assert.Null(Command("NONE"));
        Assert.Null(Command());
        Assert.Null(HealthChecks.CommandOf(new ContainerSettings()));
        static List<string>? Command(params string[] test) => HealthChecks.CommandOf(new ContainerSettings { Healthcheck = new HealthConfig { Test = [.. test] } });
    }

    [Fact]
    public void Defaults_are_Dockers()
        => Assert.Equal(new HealthPlan(30_000, 30_000, 0, 5_000, 3, HealthAction.None, 15, 10_000),
            HealthChecks.PlanOf(new ContainerSettings { Healthcheck = new HealthConfig { Test = ["CMD", "a"] } }, Signal.SIGTERM, 10));

    [Theory]
    [InlineData("MAGIC", 0L, 0, "MAGIC")]
    [InlineData("CMD", 999L, 0, "Interval")]
    [InlineData("CMD", 0L, -1, "Retries")]
    public void What_makes_no_sense_is_named(string kind, long interval, int retries, string named)
        => Assert.Contains(named, Assert.Throws<SampanException>(() => HealthChecks.Check(new ContainerSettings
        {
            Healthcheck = new HealthConfig { Test = [kind, "x"], Interval = interval, Retries = retries },
        })).Message, StringComparison.Ordinal);
}
