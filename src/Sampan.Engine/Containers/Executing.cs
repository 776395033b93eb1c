using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>A program to be run in a container that runs.</summary>
public sealed class ExecRequest
{
    /// <summary>Program and arguments.</summary>
    public required List<string> Command { get; init; }

    public bool Tty { get; init; }

    /// <summary>Standard input is passed on.</summary>
    public bool Interactive { get; init; }

    /// <summary>Over the container's own.</summary>
    public List<string>? Env { get; init; }

    /// <summary>null: the container's.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>null: the container's.</summary>
    public string? User { get; init; }

    public bool Privileged { get; init; }
}

/// <summary>Running further programs in a container.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>What the launcher is to run.</summary>
    /// <exception cref="SampanException">Conflict: the container does not run, so nothing is run anywhere.</exception>
    public Process ExecProcess(ContainerRecord record, ExecRequest request)
    {
        EnsureRunning(record);
        return ProcessOf(record, request);
    }

    private Process ProcessOf(ContainerRecord record, ExecRequest request)
    {
        var (config, host) = (record.Config!, record.HostConfig!);
        var accounts = new AccountView(Driver(record.Driver).View(Places.Container(record.Id!), record.Layers!));
        string? name = string.IsNullOrEmpty(request.User) ? config.User : request.User;
        var user = UserLookup.Find(name, accounts.Passwd(name), accounts.Group(name));
        var groups = string.IsNullOrEmpty(request.User) ? AccountView.WithNamed(user.Groups, host.GroupAdd, accounts) : user.Groups;
        var security = SecurityOptions.Parse(host.SecurityOpt);
        var facts = FactProbe.Gather(new HostConfig());
        List<string> env = [.. config.Env ?? [], .. request.Env ?? []];
        string? cwd = request.WorkingDir ?? config.WorkingDir;
        if (!string.IsNullOrEmpty(cwd) && !cwd.StartsWith('/'))
            throw new SampanException(ErrorKind.InvalidArgument, $"the working directory '{cwd}' is invalid, it needs to be an absolute path");
        return new Process
        {
            Terminal = request.Tty,
            User = SpecProcess.UserOf(user with { Groups = groups }, config.Umask),
            Args = request.Command,
            Env = SpecProcess.Environment(config, request.Tty, user.Home, env),
            Cwd = string.IsNullOrEmpty(cwd) ? "/" : cwd,
            Capabilities = SpecProcess.Capabilities(CapabilityNames.Choose(host.Privileged || request.Privileged, host.CapAdd, host.CapDrop, facts.Capabilities), user.Uid),
            NoNewPrivileges = security.NoNewPrivileges && !request.Privileged,
            // --privileged of exec leaves the profile as it is, as Docker's does.
            ApparmorProfile = security.AppArmorProfile,
        };
    }

    /// <summary>Runs a program with our standard streams, in our place: on success this never returns.</summary>
    /// <exception cref="SampanException">The container does not run, or the launcher cannot be started.</exception>
    public void ExecInPlace(ContainerRecord record, ExecRequest request)
    {
        // In memory: nothing is left behind, whoever is killed when.
        int file = ProcessFile(ExecProcess(record, request));
        TellExec(record, request);
        List<string> arguments = ["sampan", "--root", Places.RuntimeState, "exec", "--docker-exit-codes", "--process", $"/proc/self/fd/{file}", record.Id!];
        if (!request.Interactive)
            ReadNothing();
        using var program = new ReadOnlyProgram(Places.Runtime);
        LinuxException.Check(Sys.Execve(program.Path, arguments), "execve", Places.Runtime);
    }

    /// <summary>Runs a program in the background, as a child of the container's monitor, which reaps it.</summary>
    public void ExecDetached(ContainerRecord record, ExecRequest request)
    {
        string path = $"{Places.Live(record.Id!)}/exec-{ContainerNames.NewId()[..12]}.json";
        var process = ExecProcess(record, request);
        TellExec(record, request);
        try
        {
            DurableFile.Write(path, process.ToJson(), sync: false);
            var (code, error) = Monitoring.MonitorClient.Spawn(Places.Live(record.Id!), ["--root", Places.RuntimeState, "exec", "--docker-exit-codes", "--detach", "--process", path, record.Id!]);
            if (code != 0)
                throw new SampanException(code switch { 126 => ErrorKind.CannotInvoke, 127 => ErrorKind.CommandNotFound, _ => ErrorKind.System }, Words(error, code));
        }
        finally
        {
            Sys.Unlinkat(At.AT_FDCWD, path);
        }
    }

    private void TellExec(ContainerRecord record, ExecRequest request)
    {
        string command = string.Join(' ', request.Command), id = ContainerNames.NewId();
        Tell(record, $"exec_create: {command}", ("execID", id));
        Tell(record, $"exec_start: {command}", ("execID", id));
    }

    private void EnsureRunning(ContainerRecord record)
    {
        using var process = LiveProcess.Find(Places, record.Id!);
        if (process is null && record.Started && StatusOf(record).Phase == ContainerPhase.Restarting)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is restarting, wait until the container is running");
        if (process is null)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is not running: start it first (sampan start {record.Name})");
        if (process.IsPaused)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is paused, unpause the container before exec (sampan unpause {record.Name})");
    }

    private static int ProcessFile(Process process)
    {
        // The launcher reads it by this number.
        int file = (int)LinuxException.Check(Sys.MemfdCreate("process.json", closeOnExec: false), "memfd_create");
        LinuxException.Check(Sys.WriteAll(file, process.ToJson()), "write", "process.json");
        LinuxException.Check(Sys.Lseek(file, 0, SeekFrom.SEEK_SET), "lseek", "process.json");
        return file;
    }

    private static void ReadNothing()
    {
        using var nothing = Open.File("/dev/null", OpenFlags.O_RDONLY);
        LinuxException.Check(Sys.Call(SyscallNumber.dup2, nothing.Number, 0), "dup2", "/dev/null");
    }

    /// <summary>The launcher's last line, without its name before it.</summary>
    private static string Words(string error, int code)
    {
        string line = error.TrimEnd('\n');
        line = line[(line.LastIndexOf('\n') + 1)..];
        const string Prefix = "sampan-runtime: ";
        return line.Length == 0 ? $"exec failed with code {code}" : line.StartsWith(Prefix, StringComparison.Ordinal) ? line[Prefix.Length..] : line;
    }
}
