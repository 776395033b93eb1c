using System.Globalization;
using System.Runtime.InteropServices;
using Sampan.Launch;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>A process that was launched: set up, and waiting for `start` or already in execve.</summary>
public sealed class LaunchedProcess : IDisposable
{
    public required int Pid { get; init; }

    public required PidFd PidFd { get; init; }

    /// <summary>Master of the process' pty; null without a terminal.</summary>
    public FileFd? Terminal { get; init; }

    /// <summary>What the container's program tells of itself; null where nobody asked.</summary>
    public NotifySocket? Notify { get; set; }

    public void Dispose()
    {
        PidFd.Dispose();
        Notify?.Dispose();
        Terminal?.Dispose();
    }
}

/// <summary>
/// Executes a plan: binds the descriptors, clones, answers the child's questions, and turns a failure into words.
/// The calling process must have one managed thread and no thread pool.
/// </summary>
internal sealed unsafe class Launcher(LaunchPlan plan)
{
    private readonly List<(Slot Slot, int Fd)> _bound = [];
    private int _pid, _granted;
    private PidFd? _process;

    public IReadOnlyList<Oci.LinuxIdMapping> UidMappings { get; init; } = [];

    public IReadOnlyList<Oci.LinuxIdMapping> GidMappings { get; init; } = [];

    /// <summary>How the process comes into its cgroup; null: it stays in the caller's.</summary>
    public ICgroupEntry? Cgroup { get; init; }

    /// <summary>Whether to return when the child is ready (it waits for `start`), or only when execve has succeeded.</summary>
    public bool ReturnWhenReady { get; init; }

    /// <summary>Called when the child has set everything up but not yet switched its root; hooks run here. The argument is the pid.</summary>
    public Action<int>? BeforePivot { get; init; }

    /// <summary>Called when the child is about to execute; startContainer hooks run.</summary>
    public Action<int>? BeforeExec { get; init; }

    /// <summary>Called when the filter is loaded, with the pid, a pidfd and the number of the filter's listener in that process.</summary>
    public Action<int, PidFd, int>? Listener { get; init; }

    /// <summary>Called with the pid as soon as there is one.</summary>
    public Action<int>? Cloned { get; init; }

    /// <summary>Called with the pid when the child is in its network namespace and waits for its devices: linux.netDevices.</summary>
    public Action<int>? NetworkDevices { get; init; }

    /// <summary>How the executor calls the kernel. A test puts in what must not be used, to see that it would notice.</summary>
    public delegate*<nint, nint, nint, nint, nint, nint, nint, nint> Syscall { get; init; } = LibC.Syscall;

    public void Bind(Slot slot, Fd fd) => _bound.Add((slot, fd.Number));

    /// <exception cref="SampanException">An operation failed: the message names its field, call and object. No process is left.</exception>
    public LaunchedProcess Run()
    {
        var (ours, theirs) = UnixSocket.Pair(Sys.SOCK_SEQPACKET);
        using (ours)
        {
            using var sealedPlan = new SealedPlan(plan, Syscall, LibC.Errno);
            using var idMaps = IdMapNamespaces.Bind(plan, sealedPlan, Syscall);
            using (theirs)
            {
                sealedPlan.Bind(Slot.Parent, ours.Number);
                sealedPlan.Bind(Slot.Sync, theirs.Number);
                sealedPlan.Bind(Slot.Report, theirs.Number);
                foreach (var (slot, fd) in _bound)
                    sealedPlan.Bind(slot, fd);
                if (!plan.AwaitsCgroups && Cgroup is not null)
                    BindTasks(sealedPlan, Cgroup.Tasks());
                Prepare(sealedPlan);
                try
                {
                    (_pid, _process) = Clone(sealedPlan, plan.Clone, Cgroup?.Birthplace, Cgroup?.IsOptional == true);
                }
                finally
                {
                    CloseOwn(sealedPlan);
                }
            }
            FileFd? terminal = null;
            try
            {
                if (plan.AwaitsCgroups)
                    Answer(ours, Array.ConvertAll(Cgroup!.Tasks(), static file => file.Number));
                if (!plan.ClonesAgain)
                    Cloned?.Invoke(_pid);
                terminal = Converse(ours, sealedPlan);
                return new LaunchedProcess { Pid = _pid, PidFd = _process!, Terminal = terminal };
            }
            catch
            {
                Sys.PidfdSendSignal(_process!.Number, Signal.SIGKILL);
                Reap(_process);
                throw;
            }
        }
    }

    private void BindTasks(SealedPlan sealedPlan, FileFd[] tasks)
    {
        for (int i = 0; i < plan.CgroupTasks.Count; i++)
            sealedPlan.Bind(plan.CgroupTasks[i], tasks[i].Number);
    }

    private void Prepare(SealedPlan sealedPlan)
    {
        var header = sealedPlan.Header;
        nint error = PlanExecutor.Run(header, header->Prepare, header->PrepareCount);
        if (error == 0)
            return;
        CloseOwn(sealedPlan);
        throw LaunchFailure.Of(plan, plan.Prepare, header->Current, (Errno)(-error));
    }

    // Every signal is blocked meanwhile: a handler of the runtime must not run in the child, where the runtime is not.
    /// <param name="optional">Whether a process is better outside of <paramref name="cgroup"/> than not at all, where the kernel does not let it in.</param>
    public static (int Pid, PidFd Process) Clone(SealedPlan sealedPlan, CloneFlags flags, PathFd? cgroup, bool optional = false)
    {
        int fd = -1;
        var arguments = new clone_args
        {
            flags = (ulong)(flags | CloneFlags.CLONE_PIDFD | CloneFlags.CLONE_CLEAR_SIGHAND | (cgroup is null ? 0 : CloneFlags.CLONE_INTO_CGROUP)),
            pidfd = (ulong)&fd,
            exit_signal = 17, // SIGCHLD
            cgroup = (ulong)(cgroup?.Number ?? 0),
        };
        var before = SignalMask.Block(new SignalSet(ulong.MaxValue));
        nint pid = PlanExecutor.Clone(sealedPlan.Header, &arguments);
        SignalMask.Restore(before);
        if (pid == -(nint)Errno.EACCES && cgroup is not null && optional)
            return Clone(sealedPlan, flags, null);
        return pid < 0 ? throw LaunchFailure.OfClone(flags, (Errno)(-pid)) : ((int)pid, new PidFd(fd));
    }

    public static void Reap(PidFd process)
    {
        Sys.Waitid(Sys.P_PIDFD, process.Number, out _, Sys.WEXITED | Sys.__WALL);
        process.Dispose();
    }

    // The first process has joined namespaces and made the container's, which is our child as well.
    private void Replace(int pidFd)
    {
        Reap(_process!);
        _process = new PidFd(pidFd);
        _pid = _process.Pid;
        Cloned?.Invoke(_pid);
    }

    // What Prepare opened is the child's now; what was bound belongs to the caller.
    private void CloseOwn(SealedPlan sealedPlan)
    {
        foreach (ref readonly var operation in plan.Prepare.Operations)
            Close(sealedPlan, operation.Result);
    }

    private static void Close(SealedPlan sealedPlan, ushort slot)
    {
        if (slot == 0 || sealedPlan.Header->Slots[slot] < 0)
            return;
        Sys.Call(SyscallNumber.close, (nint)sealedPlan.Header->Slots[slot]);
        sealedPlan.Header->Slots[slot] = -1;
    }

    private FileFd? Converse(SocketFd socket, SealedPlan sealedPlan)
    {
        FileFd? terminal = null;
        Span<int> descriptors = stackalloc int[1];
        bool ready = false;
        while (true)
        {
            ChildMessage message = default;
            nint n = ScmRights.Receive(socket.Number, MemoryMarshal.AsBytes(new Span<ChildMessage>(ref message)), descriptors, out int count);
            // It ended without having read our answer. Said once, and before what it has to say.
            if (n == -(nint)Errno.ECONNRESET)
                continue;
            if (LinuxException.Check(n, "recvmsg", "from the container's process") == 0)
                return ready ? terminal : throw LaunchFailure.OfDeath(_process!);
            switch ((Stage)message.Stage)
            {
                case Stage.Replaced when count == 1:
                    Replace(descriptors[0]);
                    goto case Stage.UserNamespace;
                case Stage.UserNamespace:
                    if (plan.WritesIdMaps)
                        IdMaps.Write(_pid, UidMappings, GidMappings);
                    if (plan.OomScoreAdj is { } score)
                        WriteOf("oom_score_adj", score.ToString(CultureInfo.InvariantCulture), "process.oomScoreAdj");
                    Grant(socket, sealedPlan);
                    break;
                case Stage.Descriptor when count == 1:
                    terminal = new FileFd(descriptors[0]);
                    break;
                case Stage.Grant when _granted < plan.Grants.Count:
                    Grant(socket, sealedPlan);
                    break;
                case Stage.Request when count == 1 && (uint)message.Detail < (uint)plan.Request.Operations.Length:
                    Perform(sealedPlan, message.Detail, descriptors[0]);
                    Answer(socket, []);
                    break;
                case Stage.BeforePivot:
                    BeforePivot?.Invoke(_pid);
                    Answer(socket, []);
                    break;
                case Stage.Cgroup:
                    Cgroup?.Enter(_pid);
                    Answer(socket, []);
                    break;
                case Stage.NetworkDevices:
                    NetworkDevices?.Invoke(_pid);
                    Answer(socket, []);
                    break;
                case Stage.TimeOffsets:
                    foreach (string offset in plan.TimeOffsets)
                        WriteOf("timens_offsets", offset, "linux.timeOffsets");
                    Answer(socket, []);
                    break;
                case Stage.BeforeExec:
                    BeforeExec?.Invoke(_pid);
                    Answer(socket, []);
                    break;
                case Stage.Listener:
                    Listener?.Invoke(_pid, _process!, message.Detail);
                    Answer(socket, []);
                    break;
                case Stage.Ready:
                    ready = true;
                    if (ReturnWhenReady)
                        return terminal;
                    break;
                default:
                    terminal?.Dispose();
                    throw LaunchFailure.Of(plan, plan.Child, message.Operation, (Errno)message.Errno);
            }
        }
    }

    private void WriteOf(string file, string text, string field)
    {
        try
        {
            SmallFile.Write($"/proc/{_pid}/{file}", text);
        }
        catch (LinuxException e)
        {
            throw new SampanException(e.Kind, $"{field}: write {text.TrimEnd()}: {e.Errno.Describe()}", e);
        }
    }

    private void Perform(SealedPlan sealedPlan, int request, int descriptor)
    {
        var header = sealedPlan.Header;
        using var mount = new FileFd(descriptor);
        using var userNamespace = Open.File($"/proc/{_pid}/ns/user", OpenFlags.O_RDONLY);
        sealedPlan.Bind(Slot.Mount, mount.Number);
        sealedPlan.Bind(Slot.UserNamespace, userNamespace.Number);
        nint error = PlanExecutor.Run(header, header->Request + request, 1);
        sealedPlan.Bind(Slot.Mount, -1);
        sealedPlan.Bind(Slot.UserNamespace, -1);
        if (error < 0)
            throw LaunchFailure.Of(plan, plan.Request, request, (Errno)(-error));
    }

    private void Grant(SocketFd socket, SealedPlan sealedPlan)
    {
        var header = sealedPlan.Header;
        var batch = plan.Grants[_granted++];
        int end = _granted < plan.Grants.Count ? plan.Grants[_granted].First : header->GrantCount;
        if (batch.Slots.Count > 0)
        {
            using var userNamespace = Open.File($"/proc/{_pid}/ns/user", OpenFlags.O_RDONLY);
            sealedPlan.Bind(Slot.UserNamespace, userNamespace.Number);
            nint error;
            using (new MountVisit(_pid))
                error = PlanExecutor.Run(header, header->Grant + batch.First, end - batch.First);
            sealedPlan.Bind(Slot.UserNamespace, -1);
            if (error < 0)
                throw LaunchFailure.Of(plan, plan.Grant, batch.First + header->Current, (Errno)(-error));
        }
        Answer(socket, [.. batch.Slots.ConvertAll(slot => sealedPlan[slot])]);
        foreach (ref readonly var operation in plan.Grant.Operations)
            Close(sealedPlan, operation.Result);
    }

    private static void Answer(SocketFd socket, int[] descriptors)
    {
        nint n = ScmRights.Send(socket.Number, "x"u8, descriptors);
        // Gone: what it said last tells why, and is read next.
        if (n != -(nint)Errno.EPIPE)
            LinuxException.Check(n, "sendmsg", "to the container's process");
    }
}
