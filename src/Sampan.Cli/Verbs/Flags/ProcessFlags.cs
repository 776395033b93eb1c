using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>What runs, as whom, with which environment and streams.</summary>
internal sealed class ProcessFlags(FlagSet flags)
{
    private readonly BoolFlag _interactive = flags.Bool("interactive", 'i', "Keep STDIN open even if not attached");
    private readonly BoolFlag _tty = flags.Bool("tty", 't', "Allocate a pseudo-TTY");
    private readonly ListFlag _env = flags.List("env", 'e', "Set environment variables");
    private readonly ListFlag _envFile = flags.List("env-file", '\0', "Read in a file of environment variables");
    private readonly TextFlag _workdir = flags.Text("workdir", 'w', "Working directory inside the container");
    private readonly TextFlag _user = flags.Text("user", 'u', "Username or UID (format: <name|uid>[:<group|gid>])");
    private readonly TextFlag _entrypoint = flags.Text("entrypoint", '\0', "Overwrite the default ENTRYPOINT of the image");
    private readonly ListFlag _unset = flags.List("unsetenv", '\0', "Leave out an environment variable of the image or of sampan's defaults");
    private readonly BoolFlag _unsetAll = flags.Bool("unsetenv-all", '\0', "Leave out all environment variables of the image and of sampan's defaults");
    private readonly TextFlag _umask = flags.Add(new TextFlag("umask", '\0', "Umask of the container's process, octal") { DefaultText = "0022" });
    private readonly TextFlag _timezone = flags.Text("tz", '\0', "Time zone of the container: local, or a name such as Europe/Lisbon");
    private readonly TextFlag _stopSignal = flags.Text("stop-signal", '\0', "Signal to stop the container");
    private readonly ValueFlag<long> _stopTimeout = flags.Whole("stop-timeout", '\0', "Timeout (in seconds) to stop a container");

    public bool Interactive => _interactive.Value;

    public bool Tty => _tty.Value;

    public void Apply(ContainerSettings config, HostView host)
    {
        config.Tty = _tty.Value;
        config.OpenStdin = _interactive.Value;
        config.Env = EnvironmentFlags.Read(_envFile.Values, _env.Values, host);
        config.WorkingDir = _workdir.Value;
        config.User = _user.Value;
        if (_entrypoint.Value is { } entrypoint)
            config.Entrypoint = [entrypoint];
        if (_stopSignal.Value is { } signal)
        {
            SignalNames.Parse(signal);
            config.StopSignal = signal;
        }
        config.StopTimeout = (int?)_stopTimeout.Value;
        config.UnsetEnv = _unset.Values.Count > 0 ? _unset.Values : null;
        config.UnsetEnvAll = _unsetAll.Value;
        config.Umask = Umask(_umask.Value);
        config.Timezone = string.IsNullOrEmpty(_timezone.Value) ? null : _timezone.Value;
    }

    private static string? Umask(string? text)
        => text is null || (text.Length is > 0 and <= 4 && !text.AsSpan().ContainsAnyExceptInRange('0', '7') && (text.Length < 4 || text[0] == '0')) ? text
            : throw new FlagException($"invalid argument \"{text}\" for \"--umask\" flag: want an octal number up to 0777");
}

/// <summary><c>-e</c> and <c>--env-file</c>, of run and exec.</summary>
internal static class EnvironmentFlags
{
    /// <summary>Entries <c>NAME=value</c>; a name alone takes our value, or none when we have none. Files come before flags.</summary>
    public static List<string>? Read(List<string> files, List<string> entries, HostView host)
    {
        var env = new List<string>();
        foreach (string file in files)
            foreach (string line in LineFile.Entries(file, host))
                Take(env, line, host);
        foreach (string entry in entries)
            Take(env, entry, host);
        return env.Count > 0 ? env : null;
    }

    private static void Take(List<string> env, string entry, HostView host)
    {
        int equals = entry.IndexOf('=');
        string name = equals < 0 ? entry : entry[..equals];
        if (name.Length == 0)
            throw new FlagException($"invalid environment variable: {entry}");
        if (equals >= 0)
            EnvironmentList.Set(env, entry);
        else if (host.Entry(name) is { } ours)
            EnvironmentList.Set(env, ours);
    }
}
