using Sampan.Cgroups;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>How to start one more process.</summary>
public sealed class ExecOptions
{
    /// <summary>Descriptors from 3 that the process keeps.</summary>
    public int PreserveFds { get; init; }

    /// <inheritdoc cref="LaunchRequest.PlainTerminal"/>
    public bool PlainTerminal { get; init; }

    /// <inheritdoc cref="CreateOptions.Rootless"/>
    public bool Rootless { get; init; }

    /// <summary>In a paused container: wait until it is resumed.</summary>
    public bool IgnorePaused { get; init; }

    /// <summary>Cgroups below the container's that the process is to be in, by controller; that of the empty name is for all.</summary>
    public IReadOnlyDictionary<string, string> SubCgroups { get; init; } = new Dictionary<string, string>();
}

public sealed partial class ContainerRuntime
{
    private static readonly (CloneFlags Flag, string Name)[] JoinableNamespaces =
    [
        (CloneFlags.CLONE_NEWUSER, "user"), (CloneFlags.CLONE_NEWNS, "mnt"), (CloneFlags.CLONE_NEWPID, "pid"), (CloneFlags.CLONE_NEWNET, "net"),
        (CloneFlags.CLONE_NEWIPC, "ipc"), (CloneFlags.CLONE_NEWUTS, "uts"), (CloneFlags.CLONE_NEWCGROUP, "cgroup"), (CloneFlags.CLONE_NEWTIME, "time"),
    ];

    /// <summary>Starts one more process in a running container; returns once execve has succeeded.</summary>
    /// <param name="process">Makes the process out of the container's first one, of which it gets a copy of its own to change.</param>
    /// <returns>The process, whose parent is the caller.</returns>
    /// <exception cref="SampanException">The container does not run: nothing is executed anywhere.</exception>
    public LaunchedProcess Exec(string id, Func<Process, Process> process, ExecOptions options)
    {
        var directory = StateDirectory.Open(Root, id);
        string status = Status(directory, out var state);
        if (status == "stopped" || status == "paused" && !options.IgnorePaused)
            throw new SampanException(ErrorKind.Conflict, $"cannot exec in a {status} container{(status == "paused" ? " (use --ignore-paused to override)" : "")}: {id}");
        var spec = directory.ReadConfig();
        return Join(directory, state!, spec, process(spec.Process is null ? new Process { Cwd = "/" } : Copy(spec.Process)), options);
    }

    private LaunchedProcess Join(StateDirectory directory, ContainerState state, Spec spec, Process process, ExecOptions options,
        (Hook Hook, string Field, FileFd Input)? hook = null)
    {
        using var init = OpenInit(state);
        using var initRoot = Open.Path($"/proc/{state.Pid}/root", OpenFlags.O_DIRECTORY);
        var namespaces = Differing(state.Pid);
        // Everything read by the pid above is the container's only if its process has lived until now.
        if (state.Process is not { IsAlive: true })
            throw new SampanException(ErrorKind.Conflict, $"cannot exec in a stopped container: {directory.ID}");
        // Between what is a user's and what is not he may move no process, but his systemd may.
        var unit = UnitOf(state) is { Bus: not null } of ? of : null;
        var cgroup = Cgroup.Open(SubCgroups.Below(state.CgroupPaths ?? [], options.SubCgroups), unit);
        var join = unit is null ? cgroup.OpenJoin() : null;
        using var entry = new JoinedCgroup(join, unit, unit is null ? "" : cgroup.Unified![state.CgroupPaths![""].Length..], options.Rootless);
        var facts = HostProbe.For(null, process, $"/proc/{state.Pid}/root", CgroupHost.Probe(), cgroup, join?.TasksPaths ?? [], spec);
        var plan = LaunchCompiler.Join(new JoinRequest
        {
            ID = directory.ID, Spec = spec, Process = process, Namespaces = namespaces, PreserveFds = options.PreserveFds,
            PlainTerminal = options.PlainTerminal, Filter = FilterOf,
            InUserNamespace = namespaces.HasFlag(CloneFlags.CLONE_NEWUSER), Hook = hook?.Hook, Field = hook?.Field ?? "process",
        }, facts);
        if (hook is null)
            Warn(plan); // of the rest the container's creator was told
        var launcher = new Launcher(plan)
        {
            Cgroup = entry,
            Listener = (pid, pidFd, number) => SeccompAgent.Introduce(spec.Linux!.Seccomp!, Describe(directory, "running", state), pid, pidFd, number),
        };
        launcher.Bind(Slot.InitPidFd, init);
        launcher.Bind(Slot.Root, initRoot);
        if (hook is not null)
            launcher.Bind(Slot.Input, hook.Value.Input);
        return launcher.Run();
    }

    private SeccompProgram FilterOf(LinuxSeccomp profile)
    {
        var program = new FilterMemory(Root).Of(profile);
        Debugged?.Invoke($"seccomp filter flags: {program.Flags}");
        return program;
    }

    // As if the container's program had started it, which in runc it does: the same user, capabilities, limits and filter.
    private static Process ProcessOf(Hook hook, Process program)
    {
        var process = Copy(program);
        process.Args = hook.Args is { Count: > 0 } arguments ? arguments : [hook.Path!];
        process.Env = hook.Env ?? program.Env;
        process.Terminal = false;
        return process;
    }

    // Deep: what is changed in the copy (the AppArmor profile, capabilities) must not change what the container itself is held to.
    private static Process Copy(Process process) => JsonReading.Read<Process>(process.ToJson());

    // setns(2) refuses the user namespace one is in already, and the others need not be joined.
    internal static CloneFlags Differing(int pid)
    {
        var flags = CloneFlags.None;
        foreach (var (flag, name) in JoinableNamespaces)
        {
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, $"/proc/self/ns/{name}", out var ours, flags: 0), "stat", $"/proc/self/ns/{name}");
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, $"/proc/{pid}/ns/{name}", out var theirs, flags: 0), "stat", $"/proc/{pid}/ns/{name}");
            if (ours.stx_ino != theirs.stx_ino)
                flags |= flag;
        }
        return flags;
    }
}
