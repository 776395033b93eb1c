using System.Text.Json;

using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Oci;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>How it is found out whether the container is well.</summary>
internal sealed class HealthFlags(FlagSet flags)
{
    private readonly TextFlag _command = flags.Text("health-cmd", '\0', "Command to run to check health");
    private readonly ValueFlag<TimeSpan> _interval = Time(flags, "health-interval", "Time between running the check (ms|s|m|h) (default 30s)");
    private readonly ValueFlag<long> _retries = flags.Whole("health-retries", '\0', "Consecutive failures needed to report unhealthy");
    private readonly ValueFlag<TimeSpan> _startInterval = Time(flags, "health-start-interval", "Time between running the check during the start period (ms|s|m|h) (default 5s)");
    private readonly ValueFlag<TimeSpan> _startPeriod = Time(flags, "health-start-period", "Start period for the container to initialize before starting health-retries countdown (ms|s|m|h) (default 0s)");
    private readonly ValueFlag<TimeSpan> _timeout = Time(flags, "health-timeout", "Maximum time to allow one check to run (ms|s|m|h) (default 30s)");
    private readonly TextFlag _onFailure = flags.Text("health-on-failure", '\0', "Action to take once the container turns unhealthy: none, kill, restart, stop");
    private readonly BoolFlag _none = flags.Bool("no-healthcheck", '\0', "Disable any container-specified HEALTHCHECK");

    public void Apply(ContainerSettings config)
    {
        config.HealthcheckOnFailureAction = _onFailure.Value;
        bool some = _command.IsSet || _interval.IsSet || _retries.IsSet || _startInterval.IsSet || _startPeriod.IsSet || _timeout.IsSet;
        if (_none.Value && some)
            throw new FlagException("--no-healthcheck conflicts with --health-* options");
        if (_retries.Value is < 0 or > int.MaxValue)
            throw new FlagException("--health-retries cannot be negative");
        if (_none.Value)
            config.Healthcheck = new HealthConfig { Test = ["NONE"] };
        else if (some)
            config.Healthcheck = new HealthConfig
            {
                Test = _command.Value is { Length: > 0 } command ? TestOf(command) : null,
                Interval = Nanoseconds(_interval), Timeout = Nanoseconds(_timeout), StartPeriod = Nanoseconds(_startPeriod), StartInterval = Nanoseconds(_startInterval),
                Retries = (int)(_retries.Value ?? 0),
            };
    }

    /// <summary>A line for a shell; or, as podman has it, an array in JSON, which needs none.</summary>
    private static List<string> TestOf(string command)
    {
        if (!command.StartsWith('['))
            return command == "none" ? ["NONE"] : ["CMD-SHELL", command];
        try
        {
            using var json = JsonDocument.Parse(command);
            List<string> words = [.. json.RootElement.EnumerateArray().Select(static word => word.GetString()!)];
            return words is ["CMD" or "CMD-SHELL" or "NONE", ..] ? words : ["CMD", .. words];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return ["CMD-SHELL", command];
        }
    }

    private static long Nanoseconds(ValueFlag<TimeSpan> flag) => (flag.Value ?? default).Ticks * TimeSpan.NanosecondsPerTick;

    private static ValueFlag<TimeSpan> Time(FlagSet flags, string name, string usage)
        => flags.Add(new ValueFlag<TimeSpan>(name, '\0', usage, "duration", static text => Moment.Duration(text) ?? throw new FormatException($"invalid duration \"{text}\": want a time such as 30s or 1m30s")));
}
