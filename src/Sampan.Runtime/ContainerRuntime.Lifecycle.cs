using System.Runtime.InteropServices;
using Sampan.Cgroups;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

public sealed partial class ContainerRuntime
{
    /// <summary>Lets a created container's program run, and returns once execve has succeeded.</summary>
    /// <param name="notifySocket">See <see cref="CreateOptions.NotifySocket"/>: not before the program is ready, or has ended.</param>
    public void Start(string id, string? notifySocket = null)
    {
        var directory = StateDirectory.Open(Root, id);
        using var notify = notifySocket is null ? null : NotifySocket.OpenIfMade(directory.Path, notifySocket);
        var state = StartProgram(id);
        if (notify is null)
            return;
        nint fd = Sys.PidfdOpen(state.Pid);
        if (fd < 0)
        {
            notify.Forward(state.Pid); // it has ended already
            return;
        }
        using var process = new PidFd((int)fd);
        notify.WaitUntilReady(process, state.Pid);
    }

    private ContainerState StartProgram(string id)
    {
        var directory = StateDirectory.Open(Root, id);
        using var locked = directory.Lock();
        string status = Status(directory, out var state);
        if (status != "created")
            throw new SampanException(ErrorKind.Conflict, status == "stopped"
                ? $"cannot start a container that has stopped: {id}"
                : $"cannot start an already {status} container: {id}");
        var spec = directory.ReadConfig();
        if (spec.Process is null)
        {
            KillInit(state!);
            throw new SampanException(ErrorKind.InvalidArgument, $"process: missing: there is nothing to start in {id}");
        }
        using var connection = UnixSocket.Connect(directory.Path, StateDirectory.StartSocket);
        directory.RemoveStartSocket();
        try
        {
            Converse(connection, directory, spec, state!);
            HooksOf(directory, spec, state!, state!.Pid, "running").Run(HookPoint.Poststart);
        }
        catch (SampanException)
        {
            KillInit(state!); // runtime-spec 1.3, runtime.md, "Lifecycle", step 9
            throw;
        }
        return state!;
    }

    // Until execve succeeds, at which the connection ends.
    private void Converse(SocketFd connection, StateDirectory directory, Spec spec, ContainerState state)
    {
        ChildMessage message = default;
        while (LinuxException.Check(Sys.ReadAll(connection.Number, MemoryMarshal.AsBytes(new Span<ChildMessage>(ref message))), "read", "from the container's process") > 0)
        {
            switch ((Stage)message.Stage)
            {
                case Stage.BeforeExec:
                    HooksOf(directory, spec, state, state.Pid, "created").Run(HookPoint.StartContainer);
                    break;
                case Stage.Listener:
                    using (var process = OpenInit(state))
                        SeccompAgent.Introduce(spec.Linux!.Seccomp!, Describe(directory, "created", state), state.Pid, process, message.Detail);
                    break;
                default:
                    throw LaunchFailure.OfStart(message, spec.Process?.Args?[0] ?? "");
            }
            LinuxException.Check(Sys.Write(connection.Number, "x"u8), "write", "to the container's process");
        }
    }

    /// <summary>What `state` prints.</summary>
    public State State(string id)
    {
        var directory = StateDirectory.Open(Root, id);
        return Describe(directory, Status(directory, out var state), state);
    }

    /// <summary>All containers, in the order of their ids.</summary>
    public List<State> List()
    {
        var states = new List<State>();
        foreach (string id in StateDirectory.IDs(Root))
        {
            StateDirectory directory;
            try
            {
                directory = StateDirectory.Open(Root, id);
            }
            catch (SampanException e) when (e.Kind is ErrorKind.NotFound or ErrorKind.InvalidArgument)
            {
                continue; // deleted meanwhile, or a file that is no container's
            }
            var described = Describe(directory, Status(directory, out var state), state);
            described.Owner = directory.Owner;
            if (described.Owner is not null)
                states.Add(described); // else it was deleted while we read
        }
        return states;
    }

    /// <summary>Sends a signal to the container's first process, or, with <paramref name="all"/>, to every process in its cgroup.</summary>
    public void Kill(string id, Signal signal, bool all = false)
    {
        var directory = StateDirectory.Open(Root, id);
        string status = Status(directory, out var state);
        // Where the first process has no PID namespace that ends with it, the others would live on; and do when it has ended already.
        bool everyone = !all && signal == Signal.SIGKILL && directory.ReadConfigIfExists() is { } spec && !HasOwnPids(spec);
        if ((all || everyone) && state?.CgroupPaths is { Count: > 0 } paths)
        {
            var cgroup = Cgroup.Open(paths);
            if (everyone && cgroup.Pids().Count == 0)
                throw NotRunning(id);
            cgroup.KillAll(signal);
            if (everyone && status == "paused")
                cgroup.Thaw();
            return;
        }
        if (all && state?.Process is { IsAlive: true })
        {
            foreach (int pid in Members(directory, state.Pid))
                Sys.Call(SyscallNumber.kill, pid, (nint)signal);
            return;
        }
        if (status is "stopped" || state is null)
            throw NotRunning(id);
        using var process = OpenInit(state);
        nint result = Sys.PidfdSendSignal(process.Number, signal);
        if (result == -(nint)Errno.ESRCH)
            throw NotRunning(id);
        LinuxException.Check(result, "pidfd_send_signal", id);
        // A frozen process dies only once it runs again.
        if (signal == Signal.SIGKILL && status == "paused")
            Cgroup.Open(state.CgroupPaths ?? []).Thaw();
    }

    // Of a PID namespace that is somebody else's too, only the first process is known to be the container's.
    private static List<int> Members(StateDirectory directory, int first) => directory.ReadConfigIfExists() is { } spec && HasOwnPids(spec) ? PidNamespace.Members(first) : [first];

    private static bool HasOwnPids(Spec spec) => spec.Linux?.Namespaces?.Exists(static n => n.Type == "pid" && string.IsNullOrEmpty(n.Path)) == true;

    /// <summary>Removes a container and everything of it. With <paramref name="force"/> it is killed first, and one that does not exist is no error.</summary>
    public void Delete(string id, bool force = false)
    {
        StateDirectory directory;
        try
        {
            directory = StateDirectory.Open(Root, id);
        }
        catch (SampanException e) when (force && e.Kind == ErrorKind.NotFound)
        {
            return;
        }
        using var locked = directory.Lock();
        string status = Status(directory, out var state);
        if (!force && status is not ("stopped" or "created"))
            throw new SampanException(ErrorKind.Conflict, $"cannot delete container {id} that is not stopped: {status}");
        if (state?.CgroupPaths is { Count: > 0 })
        {
            var cgroup = CgroupOf(state);
            if (status == "paused")
                cgroup.Thaw();
            KillInit(state);
            cgroup.KillAll(Signal.SIGKILL);
            cgroup.Remove(Patience);
        }
        else if (state is not null)
        {
            KillInit(state);
        }
        ResctrlGroups.Remove(state?.ResctrlGroups);
        var spec = state is { HasPoststop: true } ? directory.ReadConfigIfExists() : null;
        directory.Remove();
        if (spec is not null)
            HooksOf(directory, spec, state!, 0, "stopped").Run(HookPoint.Poststop);
    }

    private static void KillInit(ContainerState state)
    {
        using var process = FindInit(state);
        if (process is null)
            return;
        Sys.PidfdSendSignal(process.Number, Signal.SIGKILL);
        pollfd[] ended = [new pollfd { fd = process.Number, events = PollEvents.POLLIN }];
        LinuxException.Check(Sys.Poll(ended, (int)Patience.TotalMilliseconds), "poll", $"{state.Pid}");
    }

    /// <summary>A pidfd that is sure to be the container's first process, not a later one with its pid.</summary>
    private static PidFd OpenInit(ContainerState state) => FindInit(state) ?? throw NotRunning(state.ID!);

    // Null: it has ended, as it may between any two looks.
    private static PidFd? FindInit(ContainerState state)
    {
        nint fd = state.Process is null ? -(nint)Errno.ESRCH : Sys.PidfdOpen(state.Pid);
        if (fd == -(nint)Errno.ESRCH || fd == -(nint)Errno.EINVAL)
            return null;
        var process = new PidFd((int)LinuxException.Check(fd, "pidfd_open", $"{state.Pid}"));
        if (state.Process is { IsAlive: true })
            return process;
        process.Dispose();
        return null;
    }

    // containerd looks for these words.
    private static SampanException NotRunning(string id) => new(ErrorKind.Conflict, $"container not running: {id}");

    private static string Status(StateDirectory directory, out ContainerState? state)
    {
        state = directory.Read();
        if (state is null)
            return "stopped"; // a create that was killed before it wrote anything
        if (state.Process is not { IsAlive: true })
            return "stopped";
        if (state.CgroupPaths is { Count: > 0 } paths && Cgroup.Open(paths).IsFrozen)
            return "paused"; // which a container that waits for its start can be too
        return directory.AwaitsStart ? "created" : "running";
    }

    private static State Describe(StateDirectory directory, string status, ContainerState? state) => new()
    {
        OciVersion = state?.OciVersion ?? "1.3.0",
        ID = directory.ID,
        Status = status,
        Pid = status == "stopped" ? 0 : state!.Pid,
        Bundle = state?.Bundle ?? "",
        Rootfs = state?.Rootfs,
        Created = state?.Created,
        Owner = state?.Owner,
        Annotations = state?.Annotations,
    };
}
