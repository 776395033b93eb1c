using Sampan.Linux;
using Sampan.Runtime;
using Sampan.Runtime.Monitoring;

namespace Sampan.OciCli.Monitor;

/// <summary>Launches by the OCI runtime, in this process: its child is the container.</summary>
internal sealed class RuntimeLauncher : IContainerLauncher
{
    public MonitoredContainer Launch(MonitorOptions options)
    {
        var bundle = Bundle.Read(options.Bundle);
        using var nothing = Open.File("/dev/null", OpenFlags.O_RDWR);
        return bundle.Spec.Process is { Terminal: true } ? OnTerminal(options, bundle, nothing) : OnPipes(options, bundle, nothing);
    }

    public bool OomKilled(MonitorOptions options) => new ContainerRuntime(options.Root).OomKilled(options.Id);

    public void Delete(MonitorOptions options) => new ContainerRuntime(options.Root).Delete(options.Id, force: true);

    private static MonitoredContainer OnTerminal(MonitorOptions options, Bundle bundle, FileFd nothing)
    {
        BecomeStreams(nothing, nothing, nothing);
        using var process = Create(options, bundle);
        var terminal = process.Terminal ?? throw new InvalidOperationException("a terminal was asked for");
        var container = new MonitoredContainer { Pid = process.Pid, Terminal = true, StartedAt = Sys.ClockGettime(Sys.CLOCK_REALTIME), Notify = Keep(process) };
        container.Pty = container.StdOut = Own(terminal);
        if (options.StdIn)
            container.StdIn = (int)LinuxException.Check(Sys.Dup(container.Pty), "fcntl F_DUPFD_CLOEXEC", "the terminal");
        return container;
    }

    // The container inherits its streams from us: we wear its ends of the pipes for the length of the launch.
    private static MonitoredContainer OnPipes(MonitorOptions options, Bundle bundle, FileFd nothing)
    {
        var (inputReader, input) = options.StdIn ? Pipe.Create() : (null, null);
        var (output, outputWriter) = Pipe.Create();
        var (error, errorWriter) = Pipe.Create();
        try
        {
            using (inputReader)
            using (outputWriter)
            using (errorWriter)
                BecomeStreams((Fd?)inputReader ?? nothing, outputWriter, errorWriter);
            using var process = Create(options, bundle);
            return new MonitoredContainer
            {
                Pid = process.Pid, StartedAt = Sys.ClockGettime(Sys.CLOCK_REALTIME), Notify = Keep(process),
                StdIn = input is null ? -1 : Own(input), StdOut = Own(output), StdErr = Own(error),
            };
        }
        finally
        {
            BecomeStreams(nothing, nothing, nothing);
        }
    }

    // It outlives the object that describes the launch.
    private static NotifySocket? Keep(LaunchedProcess process)
    {
        var notify = process.Notify;
        process.Notify = null;
        return notify;
    }

    private static LaunchedProcess Create(MonitorOptions options, Bundle bundle)
        => new ContainerRuntime(options.Root).Create(options.Id, bundle, new CreateOptions
        {
            StartImmediately = true, NotifySocket = options.Notify == NotifyMode.Container ? options.NotifySocket : null,
        });

    private static void BecomeStreams(Fd input, Fd output, Fd error)
    {
        LinuxException.Check(Sys.Call(SyscallNumber.dup2, input.Number, 0), "dup2", "standard input");
        LinuxException.Check(Sys.Call(SyscallNumber.dup2, output.Number, 1), "dup2", "standard output");
        LinuxException.Check(Sys.Call(SyscallNumber.dup2, error.Number, 2), "dup2", "standard error");
    }

    // From here on the fd is known by its number, which is what a handover passes on. The other end is the container's: O_NONBLOCK does not reach it,
    // for a pipe's and a pty's two ends are two open files.
    private static int Own(Fd handle)
    {
        int fd = handle.Number;
        LinuxException.Check(Sys.SetNonBlocking(fd), "fcntl", "the container's stream");
        handle.SetHandleAsInvalid();
        return fd;
    }
}
