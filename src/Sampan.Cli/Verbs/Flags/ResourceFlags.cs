using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>Limits of <c>run</c> and <c>create</c>: memory, CPU, processes, files.</summary>
internal sealed class ResourceFlags(FlagSet flags)
{
    private readonly LimitFlags _limits = new(flags);
    private readonly ValueFlag<long> _shm = flags.Bytes("shm-size", '\0', "Size of /dev/shm");
    private readonly ValueFlag<long> _oom = flags.Whole("oom-score-adj", '\0', "Tune host's OOM preferences (-1000 to 1000)");
    private readonly ListFlag _ulimit = flags.List("ulimit", '\0', "Ulimit options");

    public void Apply(HostConfig host)
    {
        _limits.Apply(host);
        host.ShmSize = _shm.Value;
        host.OomScoreAdj = (int?)_oom.Value;
        foreach (string text in _ulimit.Values)
            (host.Ulimits ??= []).Add(UlimitOf(text));
    }

    /// <summary><c>name=soft[:hard]</c>.</summary>
    private static Ulimit UlimitOf(string text)
    {
        int equals = text.IndexOf('=');
        string name = equals < 0 ? text : text[..equals];
        string[] parts = equals < 0 ? [] : text[(equals + 1)..].Split(':');
        if (!Array.Exists(Known, known => known == name))
            throw new FlagException($"invalid argument \"{text}\" for \"--ulimit\" flag: invalid ulimit type: {name}");
        if (parts.Length is < 1 or > 2)
            throw new FlagException($"invalid argument \"{text}\" for \"--ulimit\" flag: invalid ulimit argument: want name=soft[:hard]");
        try
        {
            long soft = Values.Whole(parts[0]), hard = parts.Length > 1 ? Values.Whole(parts[1]) : soft;
            if (soft < -1 || hard < -1)
                throw new FormatException("a limit is at least 0, or -1 for none");
            if (hard != -1 && (soft == -1 || soft > hard))
                throw new FormatException($"ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}");
            return new Ulimit { Name = name, Soft = soft, Hard = hard };
        }
        catch (FormatException e)
        {
            throw new FlagException($"invalid argument \"{text}\" for \"--ulimit\" flag: {e.Message}");
        }
    }

    private static string[] Known =>
    [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio", "rttime", "sigpending", "stack",
    ];
}
