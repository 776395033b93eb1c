using System.Globalization;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>Whether the container is well: its check is run now and then, one at a time, and what it says is in health.json.</summary>
internal sealed partial class MonitorLoop
{
    /// <summary>What <c>exec</c> says where the container is paused: then nothing is asked.</summary>
    private const int LauncherFailure = 255;

    private HealthState? _health;
    private HealthProbe? _probe;

    /// <summary>When the next check begins, or the one that is under way has taken too long, monotonic milliseconds.</summary>
    private long _healthDue = Never;

    private void StartHealth()
    {
        if (_options.Health is not { } plan)
            return;
        // After a handover the file has what was known before.
        _health = _resumed ? HealthState.Read(_options.RunDirectory) ?? new HealthState() : new HealthState();
        if (_healthDue != Never)
            return;
        Attempt(() => _health.Write(_options.RunDirectory));
        _healthDue = _since + plan.Pause(_health, 0);
    }

    private void DoHealth(long now)
    {
        if (_probe is not null)
        {
            string output = _probe.Output;
            _probe.Read();
            _probe.Kill();
            string limit = string.Create(CultureInfo.InvariantCulture, $"{_options.Health!.Timeout / 1000m:0.###}s");
            EndProbe(-1, $"Health check exceeded timeout ({limit})" + (output.Length > 0 ? $": {output}" : ""));
            return;
        }
        // With checks in quick succession there is no other peaceful moment.
        if (!_resumed && now - _since >= SlimmingDelay)
            Rest();
        _healthDue = now + _options.Health!.Timeout;
        string? failure = Attempt(() =>
        {
            _probe = HealthProbe.Start(_options);
            Watch(Source.Probe, _probe.OutputNumber);
        });
        if (failure is not null)
            EndProbe(-1, failure, Sys.ClockGettime(Sys.CLOCK_REALTIME));
    }

    private void ReadProbe()
    {
        if (_probe is not null && !_probe.Read())
            Unwatch(_probe.OutputNumber);
    }

    private void EndOfChild(child_siginfo child)
    {
        int exitCode = 0;
        bool ended = false;
        string? failure = _probe is null ? null : Attempt(() => ended = _probe.Ended(child, out exitCode));
        if (failure is not null)
            EndProbe(-1, failure);
        else if (ended)
        {
            bool launched = _probe!.Pid != 0;
            if (launched)
                _probe.Read();
            EndProbe(launched || exitCode != LauncherFailure ? exitCode : -1, _probe.Output);
        }
        else
            EndSpawned(child);
    }

    private void EndProbe(int exitCode, string output, timespec? startedAt = null)
    {
        var plan = _options.Health!;
        var result = new HealthResult
        {
            Start = Rfc3339.Format(startedAt ?? _probe!.StartedAt), End = Rfc3339.Format(Sys.ClockGettime(Sys.CLOCK_REALTIME)), ExitCode = exitCode, Output = output,
        };
        bool unknown = _probe is { Pid: 0 } && exitCode == -1 && output.Contains("paused", StringComparison.Ordinal);
        if (_probe is not null)
        {
            Unwatch(_probe.OutputNumber);
            _probe.Dispose();
            _probe = null;
        }
        long age = Sys.MonotonicMilliseconds() - _since;
        // One that ends with its container says nothing of its health.
        if (!unknown && !_exited)
        {
            bool changed = _health!.Take(result, plan.Retries, counts: !plan.InStartPeriod(_health, age));
            Attempt(() => _health.Write(_options.RunDirectory));
            if (_options.Notify == NotifyMode.Healthy && _health.Status == HealthState.Healthy)
                TellReady();
            if (changed)
                Attempt(() => MonitorEvents.Tell(_options, $"health_status: {_health.Status}"));
            if (changed && _health.Status == HealthState.Unhealthy)
                ActOnFailure(plan);
        }
        _healthDue = _since + age + plan.Pause(_health!, age);
    }

    private void ActOnFailure(HealthPlan plan)
    {
        switch (plan.OnFailure)
        {
            case HealthAction.Kill:
                SignalContainer(Signal.SIGKILL);
                break;
            case HealthAction.Stop or HealthAction.Restart:
                _restartWanted = plan.OnFailure == HealthAction.Restart;
                if (!_restartWanted)
                    Halt(SignalFlags.None);
                SignalContainer((Signal)plan.StopSignal);
                _killAt = plan.StopTimeout < 0 ? _killAt : Math.Min(_killAt, Sys.MonotonicMilliseconds() + plan.StopTimeout);
                break;
        }
    }
}
