using Sampan.Runtime.Monitoring;

namespace Sampan.Runtime.Tests.Monitoring;

public sealed class HealthStateTests
{
    private static readonly HealthPlan Plan = new(30_000, 20_000, 10_000, 5_000, 3, HealthAction.Stop, 15, -1);

    [Fact]
    public void So_many_failures_in_a_row_make_it_unhealthy_and_one_success_healthy()
    {
        var state = new HealthState();
        Assert.False(state.Take(Result(1), 3, true));
        Assert.True(state.Take(Result(0), 3, true));
        Assert.Equal((HealthState.Healthy, 0), (state.Status, state.FailingStreak));
        Assert.False(state.Take(Result(1), 3, true));
        Assert.False(state.Take(Result(-1), 3, true));
        Assert.True(state.Take(Result(2), 3, true));
        Assert.Equal((HealthState.Unhealthy, 3), (state.Status, state.FailingStreak));
        Assert.False(state.Take(Result(1), 3, true));
        Assert.True(state.Take(Result(0), 3, true));
        Assert.Equal(HealthState.MostResults, state.Log!.Count);
    }

    [Fact]
    public void While_it_starts_failures_do_not_count()
    {
        var state = new HealthState();
        Assert.True(Plan.InStartPeriod(state, 9_999));
        Assert.Equal(5_000, Plan.Pause(state, 9_999));
        Assert.False(Plan.InStartPeriod(state, 10_000));
        Assert.Equal(30_000, Plan.Pause(state, 10_000));
        Assert.False(state.Take(Result(1), 1, counts: false));
        Assert.Equal(0, state.FailingStreak);
        state.Take(Result(0), 1, counts: false);
        Assert.False(Plan.InStartPeriod(state, 1));
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        string directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Assert.Null(HealthState.Read(directory));
            var state = new HealthState();
            state.Write(directory);
            Assert.Equal((HealthState.Starting, 0), (HealthState.Read(directory)!.Status, HealthState.Read(directory)!.Log!.Count));
            state.Take(new HealthResult { Start = "2026-01-02T03:04:05.000000001Z", End = "2026-01-02T03:04:06.000000001Z", ExitCode = 1, Output = "a \"quote\"\n\u0001ä" }, 1, true);
            state.Take(Result(1), 1, true);
            state.Write(directory);
            var read = HealthState.Read(directory)!;
            Assert.Equal(state.ToText(), read.ToText());
            Assert.Equal("a \"quote\"\n\u0001ä", read.Log![0].Output);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_plan_is_an_argument() => Assert.Equal(Plan, HealthPlan.Parse(Plan.ToString()));

    private static HealthResult Result(int code) => new() { Start = "2026-01-02T03:04:05.000000001Z", End = "2026-01-02T03:04:06.000000001Z", ExitCode = code };
}
