using System.Globalization;
using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>The arguments of the hidden verb <c>monitor</c>. It is spoken to by the engine alone, so it knows one spelling of each.</summary>
internal sealed class MonitorOptions
{
    public string Root = "";
    public string Bundle = "";
    public string RunDirectory = "";
    public string Id = "";

    /// <summary>Flags of the log: <c>--log FILE --log-driver NAME --log-max-size BYTES --log-max-file N --log-attrs FILE</c>.</summary>
    public LogChoice Log => _choice ??= new LogChoice
    {
        Driver = _logDriver, Path = _log, MaxSize = _logMaxSize, MaxFiles = Math.Max(_logMaxFiles, 1), Attributes = _logAttributes is null ? "" : SmallFile.Read(_logAttributes),
    };

    private LogChoice? _choice;
    private string? _log;
    private LogDriver _logDriver;
    private long _logMaxSize;
    private int _logMaxFiles = 1;
    private string? _logAttributes;

    /// <summary>Whether the container is started again when it ends. Clients may change it.</summary>
    public RestartPolicy Restart { get; private set; }

    /// <summary>How the container's health is checked, and the file that holds the program: an OCI process in JSON. Null: not at all.</summary>
    public HealthPlan? Health { get; private set; }
    public string HealthProcess = "";

    /// <summary>Who says to <see cref="NotifySocket"/> that the container is ready.</summary>
    public NotifyMode Notify { get; private set; }

    /// <summary>As <c>NOTIFY_SOCKET</c> has it.</summary>
    public string NotifySocket = "";

    /// <summary>The container is killed when it has run for so many seconds; 0: never.</summary>
    public int RunLimit;

    /// <summary>Where the journal of events is; null: none.</summary>
    public string? Journal;

    /// <summary>The container has a standard input; otherwise it reads /dev/null.</summary>
    public bool StdIn;

    /// <summary>Standard input closes when the client that feeds it is done (unless it is a terminal).</summary>
    public bool StdInOnce;
    public int ReadyFd = -1;

    /// <summary>A pipe: the launch begins when a byte comes; its end means that nothing is to be launched.</summary>
    public int GoFd = -1;
    public int AttachFd = -1;

    /// <summary>What an earlier image of this process handed over; see <see cref="Handover"/>.</summary>
    public string? Resume;

    /// <summary>What a process handed over that waited for the restart of its container.</summary>
    public string? Again;

    /// <summary>Replaces the monitor after the container's end unless a client said it removed the container: program and arguments.</summary>
    public string[] ExitCommand = [];

    /// <summary>The arguments as they came, without <c>--resume</c> and the fds that are used up.</summary>
    public List<string> Lasting { get; } = ["sampan-runtime", "monitor"];

    public static MonitorOptions Parse(ReadOnlySpan<string> args)
    {
        var options = new MonitorOptions();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            if (name == "--")
            {
                options.ExitCommand = args[(i + 1)..].ToArray();
                options.Lasting.AddRange(args[i..]);
                break;
            }
            if (name is "--stdin" or "--stdin-once")
            {
                options.StdIn = true;
                options.StdInOnce |= name == "--stdin-once";
                options.Lasting.Add(name);
                continue;
            }
            if (i + 1 == args.Length)
                throw new SampanException(ErrorKind.InvalidArgument, $"monitor: {name}: not a flag, or without its value");
            string value = args[++i];
            if (options.Set(name, value))
                options.Lasting.AddRange([name, value]);
        }
        foreach (string path in (ReadOnlySpan<string>)[options.Root, options.Bundle, options.RunDirectory])
        {
            if (!path.StartsWith('/'))
                throw new SampanException(ErrorKind.InvalidArgument, $"monitor: --root, --bundle and --run want absolute paths, not \"{path}\"");
        }
        if (options.Id.Length == 0)
            throw new SampanException(ErrorKind.InvalidArgument, "monitor: --id is missing");
        return options;
    }

    /// <returns>Whether the flag is still wanted after a resume.</returns>
    private bool Set(string name, string value)
    {
        switch (name)
        {
            case "--root": Root = value; return true;
            case "--bundle": Bundle = value; return true;
            case "--run": RunDirectory = value; return true;
            case "--id": Id = value; return true;
            case "--log": _log = value; return true;
            case "--log-driver": _logDriver = LogChoice.ParseDriver(value); return true;
            case "--log-max-size": _logMaxSize = long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture); return true;
            case "--log-max-file": _logMaxFiles = Number(name, value); return true;
            case "--log-attrs": _logAttributes = value; return true;
            case "--restart": Restart = RestartPolicy.Parse(value); return true;
            case "--health": Health = HealthPlan.Parse(value); return true;
            case "--health-process": HealthProcess = value; return true;
            case "--notify": Notify = Enum.Parse<NotifyMode>(value); return true;
            case "--notify-socket": NotifySocket = value; return true;
            case "--run-limit": RunLimit = Number(name, value); return true;
            case "--journal": Journal = value; return true;
            case "--go-fd": GoFd = Number(name, value); return false;
            case "--ready-fd": ReadyFd = Number(name, value); return false;
            case "--attach-fd": AttachFd = Number(name, value); return false;
            case "--resume": Resume = value; return false;
            case "--again": Again = value; return false;
            default: throw new SampanException(ErrorKind.InvalidArgument, $"monitor: unknown flag {name}");
        }
    }

    private static int Number(string name, string value)
        => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new SampanException(ErrorKind.InvalidArgument, $"monitor: {name}: \"{value}\" is not a number");

    /// <summary>From now on, and after every execution of this program.</summary>
    /// <exception cref="SampanException">No policy.</exception>
    public void ChangeRestart(string policy)
    {
        Restart = RestartPolicy.Parse(policy);
        int at = Lasting.IndexOf("--restart");
        if (at >= 0)
            Lasting[at + 1] = policy;
        else
            Lasting.InsertRange(2, ["--restart", policy]);
    }
}
