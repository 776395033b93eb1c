using System.Text;
using Sampan.Linux;

namespace Sampan.OciCli;

/// <summary>Options before the verb, which runc's callers give.</summary>
internal sealed class GlobalOptions
{
    public string Root { get; private init; } = RootlessMode.DefaultRoot();

    public bool RootIsGiven { get; private init; }

    public string? Log { get; private init; }

    public bool JsonLog { get; private init; }

    public bool DebugLog { get; private init; }

    public bool SystemdCgroup { get; private init; }

    public RootlessMode Rootless { get; private init; } = RootlessMode.Parse(null);

    public bool Help { get; private init; }

    public bool Version { get; private init; }

    public string[] Rest { get; private init; } = [];

    public static GlobalOptions Parse(ReadOnlySpan<string> arguments)
    {
        var parsed = Arguments.BeforeCommand(arguments, "root=", "log=", "log-format=", "systemd-cgroup", "debug", "rootless=", "help,h", "version,v");
        if (parsed.Value("log-format") is { } format && format is not ("text" or "json"))
            throw new UsageException($"invalid log-format \"{format}\": want text or json");
        return new GlobalOptions
        {
            Root = Path.GetFullPath(parsed.Value("root") ?? RootlessMode.DefaultRoot()),
            Rootless = RootlessMode.Parse(parsed.Value("rootless")),
            SystemdCgroup = parsed.Flag("systemd-cgroup"),
            RootIsGiven = parsed.Value("root") is not null,
            Log = parsed.Value("log"),
            JsonLog = parsed.Value("log-format") == "json",
            DebugLog = parsed.Flag("debug"),
            Help = parsed.Flag("help"),
            Version = parsed.Flag("version"),
            Rest = parsed.Positional,
        };
    }

    /// <summary>Tells a failure: one line on standard error, and in the log that podman and containerd read.</summary>
    public void Report(string message)
    {
        Output.Error("sampan-runtime: " + message);
        if (!string.IsNullOrEmpty(Log))
            Append("error", message);
    }

    /// <summary>Tells of what is done without: in the log, or, without one, on standard error, which may be the container's own.</summary>
    public void Warn(string message)
    {
        if (string.IsNullOrEmpty(Log))
            Output.Error("sampan-runtime: warning: " + message);
        else
            Append("warning", message);
    }

    /// <summary>Where --debug asks for it, tells what is done: in the log, or, without one, on standard error.</summary>
    public void Debug(string message)
    {
        if (DebugLog)
            Append("debug", message);
    }

    private void Append(string level, string message)
    {
        byte[] line = Encoding.UTF8.GetBytes(LogLine.Of(level, message, JsonLog, DateTime.UtcNow));
        if (string.IsNullOrEmpty(Log))
        {
            Sys.WriteAll(2, line);
            return;
        }
        nint fd = Sys.Openat(At.AT_FDCWD, Log, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_APPEND, 0x1A4);
        if (fd < 0)
        {
            Output.Error($"sampan-runtime: cannot open the log {Log}: {((Errno)(-fd)).Describe()}");
            return;
        }
        using var file = new FileFd((int)fd);
        Sys.WriteAll(file.Number, line);
    }
}
