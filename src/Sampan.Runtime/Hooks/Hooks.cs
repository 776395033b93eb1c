using System.Globalization;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>When a hook runs: runtime-spec 1.3, config.md, "POSIX-platform Hooks".</summary>
internal enum HookPoint
{
    Prestart,
    CreateRuntime,
    CreateContainer,
    StartContainer,
    Poststart,
    Poststop,
}

/// <summary>Runs a container's hooks, each with the state on its standard input.</summary>
/// <param name="hooks">Null: there are none.</param>
/// <param name="warn">Is told what does not stop the container from ending.</param>
/// <param name="start">Starts a startContainer hook with the field that names it and its input: it is one more process of the container.</param>
internal sealed class Hooks(Oci.Hooks? hooks, State state, Action<string> warn, Func<Hook, string, FileFd, LaunchedProcess> start)
{
    public static bool RunBeforePivot(Oci.Hooks? hooks)
        => hooks is { Prestart.Count: > 0 } or { CreateRuntime.Count: > 0 } or { CreateContainer.Count: > 0 };

    /// <exception cref="SampanException">A hook failed or took too long. Of poststop a warning is all there is: the container is gone already.</exception>
    public void Run(HookPoint point)
    {
        var (list, name) = point switch
        {
            HookPoint.Prestart => (hooks?.Prestart, "prestart"),
            HookPoint.CreateRuntime => (hooks?.CreateRuntime, "createRuntime"),
            HookPoint.CreateContainer => (hooks?.CreateContainer, "createContainer"),
            HookPoint.StartContainer => (hooks?.StartContainer, "startContainer"),
            HookPoint.Poststart => (hooks?.Poststart, "poststart"),
            _ => (hooks?.Poststop, "poststop"),
        };
        for (int i = 0; i < (list?.Count ?? 0); i++)
        {
            string field = $"hooks.{name}[{i}]";
            try
            {
                One(point, list![i], field);
            }
            catch (SampanException e)
            {
                string message = $"{field}: error running {name} hook #{i}: {e.Message}"; // runc's words, which its callers look for
                if (point != HookPoint.Poststop)
                    throw new SampanException(e.Kind, message, e);
                warn(SampanException.OneLine(message));
            }
        }
    }

    private void One(HookPoint point, Hook hook, string field)
    {
        using var input = Input(inside: point is HookPoint.CreateContainer or HookPoint.StartContainer);
        using var process = Start(point, hook, field, input);
        Wait(process, hook, field);
    }

    private LaunchedProcess Start(HookPoint point, Hook hook, string field, FileFd input)
    {
        try
        {
            if (point == HookPoint.StartContainer)
                return start(hook, field, input);
            bool inside = point == HookPoint.CreateContainer;
            int pid = state.Pid ?? 0;
            using var init = inside ? new PidFd((int)LinuxException.Check(Sys.PidfdOpen(pid), "pidfd_open", $"{pid}")) : null;
            using var root = inside ? Open.Path($"/proc/{pid}/root", OpenFlags.O_DIRECTORY) : null;
            var launcher = new Launcher(LaunchCompiler.Hook(new HookRequest
            {
                Hook = hook, Field = field, Rootfs = inside ? state.Rootfs : null, Namespaces = inside ? ContainerRuntime.Differing(pid) : 0,
            }));
            launcher.Bind(Slot.Input, input);
            if (init is not null)
                launcher.Bind(Slot.InitPidFd, init);
            if (root is not null)
                launcher.Bind(Slot.Root, root);
            return launcher.Run();
        }
        catch (SampanException e)
        {
            throw new SampanException(ErrorKind.System, $"{hook.Path}: {e.Message}", e);
        }
    }

    private static void Wait(LaunchedProcess process, Hook hook, string field)
    {
        pollfd[] ended = [new pollfd { fd = process.PidFd.Number, events = PollEvents.POLLIN }];
        nint n;
        do
            n = LinuxException.Check(Sys.Poll(ended, hook.Timeout is { } seconds ? seconds * 1000 : -1), "poll", field);
        while (n == 0 && hook.Timeout is null);
        if (n == 0)
            Sys.PidfdSendSignal(process.PidFd.Number, Signal.SIGKILL);
        LinuxException.Check(Sys.Waitid(Sys.P_PIDFD, process.PidFd.Number, out var info, Sys.WEXITED | Sys.__WALL), "waitid", field);
        if (n == 0)
            throw new SampanException(ErrorKind.System, string.Create(CultureInfo.InvariantCulture, $"{hook.Path}: took longer than {hook.Timeout} s and was killed"));
        if (info.Signal != 0)
            throw new SampanException(ErrorKind.System, $"{hook.Path}: killed by signal {info.Signal}{(info.Signal == 31 ? " (bad system call: linux.seccomp is in force)" : "")}");
        if (info.ExitCode != 0)
            throw new SampanException(ErrorKind.System, $"{hook.Path}: exit status {info.ExitCode}");
    }

    // In memory, not a pipe: a hook that does not read its input cannot block us.
    // runtime-spec 1.3, runtime.md, "State": hooks of the container's namespaces are told the pid that the process has there.
    private FileFd Input(bool inside)
    {
        var file = MemoryFile.Create("state");
        int? pid = state.Pid;
        if (inside)
            state.Pid = ProcessIdentity.PidInside(pid ?? 0);
        LinuxException.Check(Sys.WriteAll(file.Number, state.ToJson()), "write", "state");
        state.Pid = pid;
        LinuxException.Check(Sys.Call(SyscallNumber.lseek, file.Number, 0, 0), "lseek", "state");
        return file;
    }
}
