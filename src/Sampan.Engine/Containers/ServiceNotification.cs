using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary><c>--sdnotify</c>: what a service manager that starts the container is told. Where there is none (NOTIFY_SOCKET), it means nothing.</summary>
internal static class ServiceNotification
{
    /// <exception cref="SampanException">No such mode; or the health that is to be told is not checked.</exception>
    public static NotifyMode Parse(ContainerSettings config)
    {
        var mode = config.SdNotifyMode switch
        {
            null or "container" => NotifyMode.Container,
            "conmon" => NotifyMode.Conmon,
            "healthy" => NotifyMode.Healthy,
            "ignore" => NotifyMode.Ignore,
            var other => throw new SampanException(ErrorKind.InvalidArgument, $"invalid sdnotify value '{other}': must be container, conmon, healthy or ignore"),
        };
        if (mode == NotifyMode.Healthy && HealthChecks.CommandOf(config) is null)
            throw new SampanException(ErrorKind.InvalidArgument, "sdnotify policy healthy requires a healthcheck to be set: give the container a --health-cmd");
        return mode;
    }

    public static (NotifyMode Mode, string Socket) Of(ContainerSettings config)
        => EnvironmentValue.Of("NOTIFY_SOCKET") is { Length: > 0 } socket ? (Parse(config), socket) : (NotifyMode.Ignore, "");
}
