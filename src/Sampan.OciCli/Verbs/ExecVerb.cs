using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`exec`: one more process in a running container.</summary>
internal static class ExecVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = Arguments.BeforeCommand(rest, "process,p=", "tty,t", "detach,d", "cwd=", "env,e=", "user,u=", "additional-gids,g=", "cap,c=", "no-new-privs",
            "pid-file=", "console-socket=", "pidfd-socket=", "docker-exit-codes", "preserve-fds=", "ignore-paused", "apparmor=", "process-label=", "cgroup=");
        if (arguments.Positional.Length == 0)
            throw new UsageException("\"exec\" requires a container's id");
        string id = arguments.Positional[0];
        var runtime = new ContainerRuntime(global.Root) { Warned = global.Warn, Debugged = global.Debug };
        try
        {
            bool detach = arguments.Flag("detach");
            string? socket = arguments.Value("console-socket");
            var process = FromFile(arguments);
            if (process is null && arguments.Positional.Length == 1)
                throw new UsageException("\"exec\" requires a command, or --process");
            bool terminal = arguments.Flag("tty") || process is { Terminal: true };
            if (detach && terminal && socket is null)
                throw new UsageException("cannot allocate tty if sampan-runtime will detach without setting console socket");
            // `sampan exec` shows a terminal's bytes as Docker does, with the carriage returns that it makes.
            bool plain = terminal && socket is null && !arguments.Flag("docker-exit-codes");
            using var launched = runtime.Exec(id, own =>
            {
                process ??= ProcessOf(arguments, own);
                process.Terminal = terminal;
                if (terminal && socket is null)
                    Foreground.TakeSize(process);
                return process;
            }, new ExecOptions
            {
                PreserveFds = PreservedFds.Check(arguments.Number("preserve-fds", 0)), PlainTerminal = plain, IgnorePaused = arguments.Flag("ignore-paused"),
                Rootless = global.Rootless.Cgroups(global.SystemdCgroup),
                SubCgroups = SubCgroups.Parse(arguments.Values("cgroup")),
            });
            global.Debug($"container {id}: process {launched.Pid} runs {process?.Args?[0]}");
            CreateVerb.Handover(launched, socket, arguments);
            return detach ? 0 : Foreground.Wait(launched, passTerminal: socket is null, plain);
        }
        catch (SampanException e) when (e.Kind is ErrorKind.CommandNotFound or ErrorKind.CannotInvoke && arguments.Flag("docker-exit-codes"))
        {
            // What `sampan exec` ends with, which executes itself as this verb.
            global.Report(e.Message);
            return e.Kind == ErrorKind.CommandNotFound ? 127 : 126;
        }
        catch (SampanException e)
        {
            // As runc: 255 tells the caller that it was not the program that failed.
            global.Report(e.Message);
            return 255;
        }
    }

    // Changes what the container itself runs.
    private static Process ProcessOf(Arguments arguments, Process process)
    {
        process.Args = [.. arguments.Positional[1..]];
        process.Cwd = arguments.Value("cwd") ?? process.Cwd;
        process.Env = [.. process.Env ?? [], .. arguments.Values("env")];
        process.NoNewPrivileges |= arguments.Flag("no-new-privs");
        process.ApparmorProfile = arguments.Value("apparmor") ?? process.ApparmorProfile;
        process.SelinuxLabel = arguments.Value("process-label") ?? process.SelinuxLabel;
        process.User = User(arguments, process.User ?? new User());
        AddCapabilities(process, arguments.Values("cap"));
        return process;
    }

    private static Process? FromFile(Arguments arguments)
    {
        if (arguments.Value("process") is not { } file)
            return null;
        try
        {
            return JsonReading.Read<Process>(SmallFile.Bytes(file, JsonReading.Limit));
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.InvalidArgument, $"{file}: {e.Message}", e);
        }
    }

    // Digits only: an id is never looked up as a name, and never more than 32 bits (CVE-2024-40635).
    private static User User(Arguments arguments, User user)
    {
        if (arguments.Value("user") is { } text)
        {
            string[] parts = text.Split(':');
            user.Uid = Number(parts[0], "user");
            user.Gid = parts.Length > 1 ? Number(parts[1], "user") : user.Gid;
        }
        foreach (string gid in arguments.Values("additional-gids"))
            (user.AdditionalGids ??= []).Add(Number(gid, "additional-gids"));
        return user;
    }

    private static uint Number(string text, string flag)
        => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id != uint.MaxValue
            ? id : throw new UsageException($"--{flag}: \"{text}\" is not an id (0 to 4294967294)");

    // As runc: into every set but the inheritable one (CVE-2022-29162); into the ambient one where the container has inheritable ones at all.
    private static void AddCapabilities(Process process, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
            return;
        var sets = process.Capabilities ??= new LinuxCapabilities();
        foreach (string name in names)
        {
            if (Capabilities.Parse(name) < 0)
                throw new UsageException($"--cap: \"{name}\" is not a capability");
            Add(ref sets.Bounding, name);
            Add(ref sets.Permitted, name);
            Add(ref sets.Effective, name);
            if (sets.Inheritable is not null)
                Add(ref sets.Ambient, name);
        }
    }

    private static void Add(ref List<string>? set, string name)
    {
        set ??= [];
        if (!set.Contains(name))
            set.Add(name);
    }
}
