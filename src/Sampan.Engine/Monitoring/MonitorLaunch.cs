using Sampan.Runtime.Monitoring;

namespace Sampan.Engine.Monitoring;

/// <summary>What a monitor needs to start a container. All paths are absolute.</summary>
public sealed class MonitorLaunch
{
    /// <summary>The program <c>sampan-runtime</c>.</summary>
    public required string Program { get; init; }

    /// <summary>Its <c>--root</c>: where it keeps the state of OCI containers.</summary>
    public required string RuntimeRoot { get; init; }

    /// <summary>The OCI bundle; exit.json appears in it.</summary>
    public required string Bundle { get; init; }

    /// <summary>An existing directory, mode 0700, for <c>attach.sock</c> and <c>monitor.lock</c>.</summary>
    public required string RunDirectory { get; init; }

    public required string Id { get; init; }

    public required LogChoice Log { get; init; }

    /// <summary>The file that holds <see cref="LogChoice.Attributes"/>; null: there are none.</summary>
    public string? LogAttributes { get; init; }

    /// <summary>The directory of the journal of events, where the monitor tells of the container's end; null: it tells nobody.</summary>
    public string? Journal { get; init; }

    /// <summary>The container has a standard input (<c>-i</c>); otherwise it reads /dev/null.</summary>
    public bool StdIn { get; init; }

    /// <summary>Standard input closes when the first client that feeds it is done (<c>-i</c> without <c>-d</c>).</summary>
    public bool StdInOnce { get; init; }

    public RestartPolicy Restart { get; init; }

    /// <summary>How its health is checked, and the file with the program (an OCI process); null: not at all.</summary>
    public HealthPlan? Health { get; init; }
    public string HealthProcess { get; init; } = "";

    /// <summary>Who tells <see cref="NotifySocket"/> that the container is ready.</summary>
    public NotifyMode Notify { get; init; }

    /// <summary>As <c>NOTIFY_SOCKET</c> has it.</summary>
    public string NotifySocket { get; init; } = "";

    /// <summary>Seconds after which the container is killed; 0: never.</summary>
    public int RunLimit { get; init; }

    /// <summary>Run in the monitor's place when the container has ended, unless a client says it removed it: absolute program and arguments. Empty: nothing.</summary>
    public IReadOnlyList<string> ExitCommand { get; init; } = [];

    /// <summary>
    /// Writes what the monitor will read (the bundle) and makes <see cref="RunDirectory"/>. Called while the monitor is coming up, which takes it 2 ms; it
    /// touches nothing before this has returned. When it throws, the monitor ends and has made nothing.
    /// </summary>
    public Action? Prepare { get; init; }

    /// <summary>What the foreground client wants; null starts the container detached.</summary>
    public AttachFlags? Attach { get; init; }
}
