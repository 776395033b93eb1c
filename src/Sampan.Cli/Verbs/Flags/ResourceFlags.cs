using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>Limits of <c>run</c> and <c>create</c>: memory, CPU, processes, files.</summary>
internal sealed class ResourceFlags(FlagSet flags)
{
    private readonly LimitFlags _limits = new(flags);
    private readonly ValueFlag<long> _swappiness = flags.Add(new ValueFlag<long>("memory-swappiness", '\0', "Tune container memory swappiness (0 to 100)", "int", Values.Whole) { DefaultText = "-1" });
    private readonly ValueFlag<long> _kernel = flags.Bytes("kernel-memory", '\0', "Kernel memory limit (ignored: Linux has none any more)");
    private readonly BoolFlag _oomKill = flags.Bool("oom-kill-disable", '\0', "Disable OOM Killer");
    private readonly ValueFlag<long> _shm = flags.Bytes("shm-size", '\0', "Size of /dev/shm");
    private readonly ValueFlag<long> _oom = flags.Whole("oom-score-adj", '\0', "Tune host's OOM preferences (-1000 to 1000)");
    private readonly ListFlag _ulimit = flags.List("ulimit", '\0', "Ulimit options");
    private readonly TextFlag _parent = flags.Text("cgroup-parent", '\0', "Optional parent cgroup for the container");
    private readonly BlockIoFlags _blockIo = new(flags);

    /// <param name="warn">Told of what has no effect.</param>
    public void Apply(HostConfig host, Action<string> warn)
    {
        _limits.Apply(host);
        _blockIo.Apply(host);
        if (_swappiness.Value is < -1 or > 100)
            throw new FlagException($"invalid value: {_swappiness.Value}. Valid memory swappiness range is 0-100");
        host.MemorySwappiness = _swappiness.Value is -1 ? null : _swappiness.Value;
        host.OomKillDisable = _oomKill.Value ? true : null;
        if (_kernel.Value is not null)
            warn("--kernel-memory is ignored: Linux has no limit of kernel memory any more, --memory counts it");
        host.CgroupParent = string.IsNullOrEmpty(_parent.Value) ? null : _parent.Value;
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
