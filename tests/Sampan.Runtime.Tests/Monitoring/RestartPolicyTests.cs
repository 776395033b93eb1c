using Sampan.Runtime.Monitoring;

namespace Sampan.Runtime.Tests.Monitoring;

public sealed class RestartPolicyTests
{
    [Theory]
    [InlineData("no", RestartKind.No, 0)]
    [InlineData("", RestartKind.No, 0)]
    [InlineData("always", RestartKind.Always, 0)]
    [InlineData("unless-stopped", RestartKind.UnlessStopped, 0)]
    [InlineData("on-failure", RestartKind.OnFailure, 0)]
    [InlineData("on-failure:5", RestartKind.OnFailure, 5)]
    public void Policies(string text, RestartKind kind, int retries)
    {
        var policy = RestartPolicy.Parse(text);
        Assert.Equal(new RestartPolicy(kind, retries), policy);
        Assert.Equal(policy, RestartPolicy.Parse(policy.ToString()));
    }

    [Theory]
    [InlineData("Always")]
    [InlineData("always:1")]
    [InlineData("no:1")]
    [InlineData("on-failure:")]
    [InlineData("on-failure:-1")]
    [InlineData("on-failure:99999999999")]
    public void No_policies(string text) => Assert.Contains($"'{text}'", Assert.Throws<SampanException>(() => RestartPolicy.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("no", 1, 0, false)]
    [InlineData("always", 0, 1000, true)]
    [InlineData("unless-stopped", 0, 0, true)]
    [InlineData("on-failure", 0, 0, false)]
    [InlineData("on-failure", 1, 1000, true)]
    [InlineData("on-failure:3", 1, 2, true)]
    [InlineData("on-failure:3", 1, 3, false)]
    public void Who_is_started_again(string policy, int exitCode, int restarts, bool again) => Assert.Equal(again, RestartPolicy.Parse(policy).Restarts(exitCode, restarts));

    [Fact]
    public void Waits_double_up_to_a_minute_and_begin_anew_after_ten_seconds_of_running()
    {
        int delay = 0;
        var delays = new List<int>();
        for (int i = 0; i < 12; i++)
            delays.Add(delay = RestartPolicy.NextDelay(delay, 5));
        Assert.Equal([100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000], delays);
        Assert.Equal(60000, RestartPolicy.NextDelay(60000, 9_999));
        Assert.Equal(100, RestartPolicy.NextDelay(60000, 10_000));
    }
}
