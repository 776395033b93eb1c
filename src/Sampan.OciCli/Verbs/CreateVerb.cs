using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`create`: runtime-spec 1.3, runtime.md, "Create".</summary>
internal static class CreateVerb
{
    public static readonly string[] Options = ["bundle,b=", "console-socket=", "pidfd-socket=", "pid-file=", "preserve-fds=", "no-pivot", "no-new-keyring"];

    /// <summary>The socket of who started us and waits until the container is ready; null: nobody does.</summary>
    public static string? NotifySocket => EnvironmentValue.Of("NOTIFY_SOCKET");

    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, Options);
        using var process = Create(global, arguments, arguments.ID("create"), startImmediately: false);
        return 0;
    }

    /// <summary>What create and run share.</summary>
    public static LaunchedProcess Create(GlobalOptions global, Arguments arguments, string id, bool startImmediately)
    {
        var bundle = Bundle.Read(arguments.Value("bundle") ?? ".");
        string? socket = arguments.Value("console-socket");
        bool terminal = bundle.Spec.Process?.Terminal == true;
        if (socket is not null && !terminal)
            throw new UsageException("cannot use console socket if the process has no terminal");
        if (socket is null && terminal && !startImmediately)
            throw new UsageException("cannot allocate tty if sampan-runtime will detach without setting console socket");
        if (socket is null && terminal)
            Foreground.TakeSize(bundle.Spec.Process!);
        int activated = SocketActivation.Hand(bundle.Spec.Process);
        if (!global.RootIsGiven)
            RootlessMode.MakeDefaultRoot();
        var runtime = new ContainerRuntime(global.Root) { Warned = global.Warn, Debugged = global.Debug };
        var process = runtime.Create(id, bundle, new CreateOptions
        {
            StartImmediately = startImmediately,
            PreserveFds = PreservedFds.Check(activated + arguments.Number("preserve-fds", 0)),
            NotifySocket = NotifySocket,
            PlainTerminal = socket is null && terminal,
            NoPivot = arguments.Flag("no-pivot"),
            NoNewKeyring = arguments.Flag("no-new-keyring"),
            SystemdCgroup = global.SystemdCgroup,
            Rootless = global.Rootless.Cgroups(global.SystemdCgroup),
        });
        global.Debug($"container {id} of {bundle.Path}: process {process.Pid} {(startImmediately ? "runs" : "awaits start")}");
        try
        {
            Handover(process, socket, arguments);
            return process;
        }
        catch
        {
            process.Dispose();
            runtime.Delete(id, force: true);
            throw;
        }
    }

    /// <summary>Gives the terminal, the pid and the pidfd to who asked for them.</summary>
    public static void Handover(LaunchedProcess process, string? consoleSocket, Arguments arguments)
    {
        if (consoleSocket is not null && process.Terminal is { } terminal)
            ConsoleSocket.Send(consoleSocket, terminal);
        if (arguments.Value("pidfd-socket") is { Length: > 0 } pidFdSocket)
            ConsoleSocket.Send(pidFdSocket, process.PidFd);
        if (arguments.Value("pid-file") is { Length: > 0 } pidFile)
            DurableFile.Write(Path.GetFullPath(pidFile), System.Text.Encoding.ASCII.GetBytes($"{process.Pid}"), mode: 0x1A4, sync: false);
    }
}
