using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>Where the container's output is kept.</summary>
internal sealed class LogFlags(FlagSet flags)
{
    private readonly TextFlag _driver = flags.Add(new TextFlag("log-driver", '\0', "Logging driver for the container: local, json-file, journald, none") { DefaultText = "local" });
    private readonly ListFlag _options = flags.List("log-opt", '\0', "Log driver options: max-size, max-file, tag, labels, env");

    public void Apply(HostConfig host)
    {
        if (_driver.Value is null && _options.Values.Count == 0)
            return;
        host.LogConfig = new LogSetting { Type = _driver.Value ?? "local" };
        foreach (string option in _options.Values)
        {
            int equals = option.IndexOf('=');
            if (equals <= 0)
                throw new FlagException($"invalid argument \"{option}\" for \"--log-opt\" flag: want name=value");
            (host.LogConfig.Config ??= [])[option[..equals]] = option[(equals + 1)..];
        }
    }
}
