using System.Globalization;
using System.Runtime.ExceptionServices;
using Sampan.Cgroups;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>How to create a container.</summary>
public sealed class CreateOptions
{
    /// <summary>Whether the container's program runs at once (run), or waits for <see cref="ContainerRuntime.Start"/> (create).</summary>
    public bool StartImmediately { get; init; }

    /// <summary>Descriptors from 3 that the container keeps.</summary>
    public int PreserveFds { get; init; }

    /// <inheritdoc cref="LaunchRequest.PlainTerminal"/>
    public bool PlainTerminal { get; init; }

    /// <summary>The socket of who waits for the container to be ready, to which its notifications go (sd_notify(3)); null: nobody.</summary>
    public string? NotifySocket { get; init; }

    public bool NoPivot { get; init; }

    public bool NoNewKeyring { get; init; }

    /// <summary>Whether systemd makes the cgroup, as a unit of its own.</summary>
    public bool SystemdCgroup { get; init; }

    /// <summary>Whether the caller owns few cgroups, as an ordinary user does: without limits the container does without one, and systemd is the user's own.</summary>
    public bool Rootless { get; init; }
}

/// <summary>
/// The operations of an OCI runtime: runtime-spec 1.3, runtime.md. Containers are directories below <paramref name="root"/>.
/// </summary>
/// <param name="root">Such as /run/sampan/runtime; made when missing.</param>
public sealed partial class ContainerRuntime(string root)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Root { get; } = root;

    /// <summary>Takes what is only of interest to who looks for a cause, a line each.</summary>
    public Action<string>? Debugged { get; init; }

    /// <summary>Takes what the specification has logged as a warning, a line each; else it goes to standard error.</summary>
    public Action<string> Warned { get; init; } = static line => Sys.WriteAll(2, System.Text.Encoding.UTF8.GetBytes($"sampan-runtime: warning: {line}\n"));

    /// <summary>Makes a container of a bundle. On failure nothing of it is left.</summary>
    /// <returns>Its first process, whose parent is the caller.</returns>
    public LaunchedProcess Create(string id, string bundlePath, CreateOptions options) => Create(id, Bundle.Read(bundlePath), options);

    /// <inheritdoc cref="Create(string, string, CreateOptions)"/>
    public LaunchedProcess Create(string id, Bundle bundle, CreateOptions options)
    {
        var spec = bundle.Spec;
        // runtime-spec 1.3, runtime.md, "Start": without a process it is start that fails.
        bool noProgram = spec.Process is null && !options.StartImmediately;
        var process = spec.Process ??= noProgram ? new Process { Cwd = "/", Args = ["/dev/null"] } : throw new SampanException(ErrorKind.InvalidArgument, "process: missing");
        if (Sys.Statx(At.AT_FDCWD, bundle.Rootfs, out var stat, flags: 0) < 0 || !stat.IsDirectory)
            throw new SampanException(ErrorKind.NotFound, $"root.path: {bundle.Rootfs}: no such directory");
        string? notifyDirectory = null;
        if (options.NotifySocket is not null)
            NotifySocket.AddTo(spec, notifyDirectory = $"{Root}/{id}/{NotifySocket.Folder}");
        var host = CgroupHost.Probe();
        var order = new CgroupOrder(DefaultDevices.With(spec.Linux?.Resources))
        {
            Rootless = options.Rootless, Owner = CgroupOwner.Of(spec), Properties = options.SystemdCgroup ? UnitAnnotations.Of(spec.Annotations) : [],
        };
        var cgroup = CgroupFor(id, spec, host, order.Resources, options.SystemdCgroup, options.Rootless);
        var facts = HostProbe.For(spec, process, bundle.Rootfs, host, cgroup, cgroup.Unit is null ? TasksOf(cgroup) : [], futureDirectory: notifyDirectory, noPivot: options.NoPivot);
        var plan = LaunchCompiler.Launch(new LaunchRequest
        {
            Spec = spec, ID = id, Rootfs = bundle.Rootfs, WaitForStart = !options.StartImmediately,
            PreserveFds = options.PreserveFds, PlainTerminal = options.PlainTerminal, NoPivot = options.NoPivot, NoNewKeyring = options.NoNewKeyring,
            NoProgram = noProgram, StopsBeforePivot = Hooks.RunBeforePivot(spec.Hooks), Filter = FilterOf,
        }, facts);
        var resctrl = ResctrlGroups.Of(spec.Linux?.IntelRdt, id, facts.Resctrl);

        Warn(plan);
        var directory = StateDirectory.Make(Root, id);
        var state = new ContainerState
        {
            ID = id, OciVersion = spec.OciVersion, Bundle = bundle.Path, Rootfs = bundle.Rootfs, Annotations = spec.Annotations,
            Created = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
            CgroupPaths = new Dictionary<string, string>(cgroup.Paths), SystemdUnit = cgroup.Unit?.Name, SystemdBus = cgroup.Unit?.Bus,
            ResctrlGroups = resctrl?.Own, Rootless = options.Rootless, HasPoststop = spec.Hooks?.Poststop is { Count: > 0 },
        };
        NewCgroup? entry = null;
        NotifySocket? notify = null;
        try
        {
            using var locked = directory.Lock();
            // Before the side effects: whoever cleans up after a killed create finds the cgroups by it.
            directory.Write(state);
            directory.WriteConfig(bundle.Json.Span);
            resctrl?.Make();
            if (options.NotifySocket is not null)
                NotifySocket.MakeDirectory(directory.Path);
            if (options is { NotifySocket: not null, StartImmediately: true })
                notify = NotifySocket.Open(directory.Path, options.NotifySocket);
            entry = NewCgroup.Of(cgroup, host, order, id);
            entry.Make();
            using var start = options.StartImmediately ? null : UnixSocket.Listen(directory.Path, StateDirectory.StartSocket, blocking: true);
            var launcher = new Launcher(plan)
            {
                UidMappings = spec.Linux?.UidMappings ?? [], GidMappings = spec.Linux?.GidMappings ?? [],
                Cgroup = entry, ReturnWhenReady = !options.StartImmediately,
                Cloned = pid =>
                {
                    state.Process = ProcessIdentity.Of(pid);
                    directory.WriteProcess(state.Process);
                },
                NetworkDevices = pid => NetworkDevices.Move(spec.Linux!.NetDevices!, pid),
                BeforePivot = pid =>
                {
                    var hooks = HooksOf(directory, spec, state, pid, "creating");
                    hooks.Run(HookPoint.Prestart);
                    hooks.Run(HookPoint.CreateRuntime);
                    hooks.Run(HookPoint.CreateContainer);
                },
                BeforeExec = pid => HooksOf(directory, spec, state, pid, "created").Run(HookPoint.StartContainer),
                Listener = (pid, pidFd, number) => SeccompAgent.Introduce(spec.Linux!.Seccomp!, Describe(directory, "creating", state), pid, pidFd, number),
            };
            if (start is not null)
                launcher.Bind(Slot.StartSocket, start);
            var launched = launcher.Run();
            if (options.StartImmediately)
                HooksOf(directory, spec, state, launched.Pid, "running").Run(HookPoint.Poststart);
            launched.Notify = notify;
            return launched;
        }
        catch (Exception e)
        {
            notify?.Dispose();
            if (entry is { IsMade: true } && MemoryWasShort(cgroup))
                e = new SampanException(ErrorKind.System, "linux.resources.memory.limit: the container's process was killed for lack of memory before it was set up (limit too low?)", e);
            if (Undo(directory, state, entry, resctrl) is { } left)
                throw new SampanException(e is SampanException failure ? failure.Kind : ErrorKind.System, $"{e.Message}; and it could not be undone: {left}", e);
            // runtime-spec 1.3, runtime.md, "Lifecycle": a failure leads to steps 12 and 13. What never had a process had no hooks.
            if (state.Process is not null)
                HooksOf(directory, spec, state, 0, "stopped").Run(HookPoint.Poststop);
            ExceptionDispatchInfo.Throw(e);
            throw;
        }
        finally
        {
            entry?.Dispose();
        }
    }

    private static Cgroup CgroupFor(string id, Spec spec, CgroupHost host, LinuxResources resources, bool systemd, bool rootless)
    {
        string? path = spec.Linux?.CgroupsPath;
        if (systemd)
            return SystemdUnit.At(host, path, id, resources, rootless ? UserBus.Path() : null);
        var cgroup = Cgroup.At(host, string.IsNullOrEmpty(path) ? id : path, resources);
        // Who names a cgroup wants that one, and is told what is in its way.
        return rootless && string.IsNullOrEmpty(path) ? cgroup.Permitted(host, spec.Linux?.Resources) : cgroup;
    }

    private static bool MemoryWasShort(Cgroup cgroup)
    {
        try
        {
            return cgroup.OomKilled;
        }
        catch (SampanException)
        {
            return false; // the failure that led here is the one to report
        }
    }

    private void Warn(LaunchPlan plan)
    {
        foreach (string warning in plan.Warnings)
            Warned(SampanException.OneLine(warning));
    }

    // The state goes last: as long as something of the container is left, `delete --force` finds it by that.
    private static string? Undo(StateDirectory directory, ContainerState state, NewCgroup? entry, ResctrlGroups? resctrl = null)
    {
        try
        {
            KillInit(state);
            entry?.Undo(Patience);
            resctrl?.Undo();
            directory.Remove();
            return null;
        }
        catch (SampanException e)
        {
            return e.Message;
        }
    }

    // In the order of CgroupJoin.Tasks: each v1 directory once.
    private static List<string> TasksOf(Cgroup cgroup)
    {
        var tasks = new List<string>();
        foreach (var (controller, path) in cgroup.Paths)
        {
            if (controller.Length > 0 && !tasks.Contains($"{path}/tasks"))
                tasks.Add($"{path}/tasks");
        }
        return tasks;
    }

    private Hooks HooksOf(StateDirectory directory, Spec spec, ContainerState state, int pid, string status)
    {
        var described = Describe(directory, status, state);
        described.Pid = pid;
        return new Hooks(spec.Hooks, described, Warned, (hook, field, input) => Join(directory, state, spec, ProcessOf(hook, spec.Process!), new ExecOptions { Rootless = state.Rootless }, (hook, field, input)));
    }
}
