namespace Sampan.Runtime.Monitoring;

/// <summary>Who tells the service manager (sd_notify(3)) that the container is ready: podman's <c>--sdnotify</c>.</summary>
public enum NotifyMode
{
    /// <summary>Nobody.</summary>
    Ignore,

    /// <summary>Its program, which finds NOTIFY_SOCKET in its environment.</summary>
    Container,

    /// <summary>The monitor, once the program runs.</summary>
    Conmon,

    /// <summary>The monitor, once the container is healthy.</summary>
    Healthy,
}
