using Sampan.Cli.Grammar;
using Sampan.Engine;
using Sampan.Runtime.Monitoring;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>What becomes of the container when it ends, and when it must.</summary>
internal sealed class LifecycleFlags(FlagSet flags)
{
    private readonly TextFlag _restart = flags.Add(new TextFlag("restart", '\0', "Restart policy to apply when a container exits: no, on-failure[:max-retries], always, unless-stopped") { DefaultText = "no" });
    private readonly TextFlag _sdNotify = flags.Add(new TextFlag("sdnotify", '\0', "Who tells systemd that the container is ready: container, conmon, healthy, ignore") { DefaultText = "container" });
    private readonly BoolFlag _init = flags.Bool("init", '\0', "Run an init inside the container that forwards signals and reaps processes");
    private readonly ValueFlag<long> _timeout = flags.Whole("timeout", '\0', "Seconds after which the container is killed");

    public void Apply(ContainerSettings config, HostConfig host)
    {
        config.SdNotifyMode = _sdNotify.Value;
        if (_restart.Value is { } restart)
            host.RestartPolicy = RestartSetting.Parse(restart);
        host.Init = _init.IsSet ? _init.Value : null;
        if (_timeout.Value is < 0 or > int.MaxValue / 1000)
            throw new FlagException($"invalid argument \"{_timeout.Value}\" for \"--timeout\" flag: want seconds, or 0 for no limit");
        host.Timeout = (int?)_timeout.Value;
    }
}
