using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>HEALTHCHECK of images and the flags over it, by Docker's rules. Times are nanoseconds, 0: not said.</summary>
internal static class HealthChecks
{
    /// <summary>In the container's directory, for its monitor: the program, as an OCI process.</summary>
    public const string FileName = "health-process.json";

    private const long Millisecond = 1_000_000, Second = 1000 * Millisecond;
    private const long DefaultInterval = 30 * Second, DefaultTimeout = 30 * Second, DefaultStartInterval = 5 * Second;
    private const int DefaultRetries = 3;

    /// <summary>What the user said, and the image's where nothing.</summary>
    public static HealthConfig? Merge(HealthConfig? mine, HealthConfig? images)
    {
        if (mine is null || images is null)
            return mine ?? images;
        return new HealthConfig
        {
            Test = mine.Test is { Count: > 0 } ? mine.Test : images.Test,
            Interval = mine.Interval > 0 ? mine.Interval : images.Interval,
            Timeout = mine.Timeout > 0 ? mine.Timeout : images.Timeout,
            StartPeriod = mine.StartPeriod > 0 ? mine.StartPeriod : images.StartPeriod,
            StartInterval = mine.StartInterval > 0 ? mine.StartInterval : images.StartInterval,
            Retries = mine.Retries > 0 ? mine.Retries : images.Retries,
        };
    }

    /// <summary>The program; null: the container's health is not checked.</summary>
    public static List<string>? CommandOf(ContainerSettings config) => config.Healthcheck?.Test switch
    {
        ["CMD", _, ..] test => test[1..],
        ["CMD-SHELL", var line, ..] => ["/bin/sh", "-c", line],
        _ => null,
    };

    /// <exception cref="SampanException">A time that makes no sense, or a test of no kind there is.</exception>
    public static void Check(ContainerSettings config)
    {
        if (Action(config) != HealthAction.None && CommandOf(config) is null)
            throw Invalid("health-on-failure: the container's health is not checked: give it a --health-cmd");
        if (config.Healthcheck is not { } health)
            return;
        foreach (var (name, time) in ((string, long)[])[("Interval", health.Interval), ("Timeout", health.Timeout), ("StartPeriod", health.StartPeriod), ("StartInterval", health.StartInterval)])
            if (time is not 0 and < Millisecond)
                throw Invalid($"{name} in Healthcheck cannot be less than 1ms");
        if (health.Retries < 0)
            throw Invalid("Retries in Healthcheck cannot be negative");
        if (health.Test is [not ("NONE" or "CMD" or "CMD-SHELL"), ..])
            throw Invalid($"unknown healthcheck type: {health.Test[0]}");
    }

    public static HealthPlan PlanOf(ContainerSettings config, Signal stopSignal, int stopTimeout)
    {
        var health = config.Healthcheck!;
        return new HealthPlan(
            Of(health.Interval, DefaultInterval), Of(health.Timeout, DefaultTimeout), health.StartPeriod / Millisecond, Of(health.StartInterval, DefaultStartInterval),
            health.Retries > 0 ? health.Retries : DefaultRetries, Action(config), (int)stopSignal, stopTimeout < 0 ? -1 : stopTimeout * 1000L);

        static long Of(long time, long otherwise) => (time > 0 ? time : otherwise) / Millisecond;
    }

    private static HealthAction Action(ContainerSettings config) => config.HealthcheckOnFailureAction switch
    {
        null or "none" => HealthAction.None,
        "kill" => HealthAction.Kill,
        "restart" => HealthAction.Restart,
        "stop" => HealthAction.Stop,
        var other => throw Invalid($"invalid on-failure action '{other}' for health check: want none, kill, restart or stop"),
    };

    private static SampanException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
