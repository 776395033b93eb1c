using System.Globalization;

namespace Sampan.Runtime.Monitoring;

/// <summary>What the monitor does about a container that has become unhealthy: podman's <c>--health-on-failure</c>.</summary>
public enum HealthAction
{
    None,
    Kill,
    Restart,
    Stop,
}

/// <summary>How often and how long a monitor asks whether its container is well. Times in milliseconds.</summary>
/// <param name="Interval">From the end of one check to the next.</param>
/// <param name="Timeout">After which a check counts as failed.</param>
/// <param name="StartPeriod">After the start, in which failures do not count; 0: none.</param>
/// <param name="StartInterval">In place of <paramref name="Interval"/> in that time, while it is not healthy yet.</param>
/// <param name="Retries">Failures in a row that make the container unhealthy.</param>
/// <param name="StopSignal">What <see cref="HealthAction.Stop"/> and <see cref="HealthAction.Restart"/> send.</param>
/// <param name="StopTimeout">From that to SIGKILL; negative: never.</param>
public sealed record HealthPlan(long Interval, long Timeout, long StartPeriod, long StartInterval, int Retries, HealthAction OnFailure, int StopSignal, long StopTimeout)
{
    /// <summary>As an argument of the monitor.</summary>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Interval},{Timeout},{StartPeriod},{StartInterval},{Retries},{(int)OnFailure},{StopSignal},{StopTimeout}");

    public static HealthPlan Parse(string text)
    {
        long[] n = Array.ConvertAll(text.Split(','), part => long.Parse(part, CultureInfo.InvariantCulture));
        return new HealthPlan(n[0], n[1], n[2], n[3], (int)n[4], (HealthAction)n[5], (int)n[6], n[7]);
    }

    /// <summary>Milliseconds from the end of a check, or the start, to the next.</summary>
    /// <param name="age">Of the container.</param>
    public long Pause(HealthState state, long age) => InStartPeriod(state, age) ? StartInterval : Interval;

    /// <summary>Whether a failure does not count yet.</summary>
    public bool InStartPeriod(HealthState state, long age) => state.Status == HealthState.Starting && age < StartPeriod;
}
