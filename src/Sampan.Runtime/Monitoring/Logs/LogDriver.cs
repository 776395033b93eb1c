namespace Sampan.Runtime.Monitoring;

/// <summary>Where a container's output is kept.</summary>
public enum LogDriver
{
    /// <summary>A file of records as the Kubernetes CRI has them: <see cref="CriLog"/>.</summary>
    Local,

    /// <summary>A file as Docker's driver of this name writes it: <see cref="JsonFileLog"/>.</summary>
    JsonFile,

    /// <summary>The journal of systemd: <see cref="JournalLog"/>.</summary>
    Journald,

    /// <summary>Nowhere.</summary>
    None,
}

/// <summary>How a container's output is kept.</summary>
public sealed class LogChoice
{
    public LogDriver Driver { get; init; }

    /// <summary>Of the file; null where there is none. Files that were turned over are called so with <c>.1</c>, <c>.2</c> behind it, the newest first.</summary>
    public string? Path { get; init; }

    /// <summary>Bytes at which the file is turned over; 0: never.</summary>
    public long MaxSize { get; init; }

    /// <summary>How many files are kept, the one that is written to included; at least 1.</summary>
    public int MaxFiles { get; init; } = 1;

    /// <summary>What each record says besides: JSON for <see cref="LogDriver.JsonFile"/>, lines of the protocol for <see cref="LogDriver.Journald"/>. Empty: nothing.</summary>
    public string Attributes { get; init; } = "";

    public bool IsFile => Driver is LogDriver.Local or LogDriver.JsonFile;

    /// <exception cref="SampanException">No such driver.</exception>
    public static LogDriver ParseDriver(string name) => name switch
    {
        // Podman's name for the format.
        "local" or "k8s-file" => LogDriver.Local,
        "json-file" => LogDriver.JsonFile,
        "journald" => LogDriver.Journald,
        "none" => LogDriver.None,
        _ => throw new SampanException(ErrorKind.InvalidArgument, $"logger: no log driver named '{name}' is registered: want local, json-file, journald or none"),
    };

    public static string NameOf(LogDriver driver) => driver switch
    {
        LogDriver.JsonFile => "json-file", LogDriver.Journald => "journald", LogDriver.None => "none", _ => "local",
    };
}
