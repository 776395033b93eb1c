using Sampan.Engine.Monitoring;
using Sampan.Images;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Starting a container that exists.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Starts a container under a monitor of its own, which outlives the caller.</summary>
    /// <param name="attach">What the caller wants of the streams; null: to have nothing to do with it.</param>
    /// <returns>The session; null when the container runs already.</returns>
    /// <exception cref="SampanException">It did not start; it is left as it was, with the reason in its record.</exception>
    public MonitorSession? Start(ContainerRecord record, AttachFlags? attach)
    {
        using var locked = ContainerLock.Take(_containers, record);
        // Somebody may have changed it (rename, update) since it was read; nobody has, what was made a moment ago in order to be started.
        return StartLocked(record.IsNew ? record : _containers.TryLoad(record.Id!) ?? record, attach);
    }

    private MonitorSession? StartLocked(ContainerRecord record, AttachFlags? attach)
    {
        string bundle = Places.Container(record.Id!), live = Places.Live(record.Id!);
        if (record.Started && StatusOf(record) is { IsRunning: true } status)
            return status.Phase != ContainerPhase.Paused ? null : throw new SampanException(ErrorKind.Conflict, $"cannot start a paused container, try unpause instead: {record.Name}");
        AwaitMonitor(record);
        ClearRuntime(record);
        LinuxException.Check(Tolerate(Sys.Unlinkat(At.AT_FDCWD, $"{bundle}/{ExitRecord.FileName}"), Errno.ENOENT), "unlink", $"{bundle}/{ExitRecord.FileName}");
        var log = LogOptions.Of(record.HostConfig!);
        try
        {
            return MonitorClient.Launch(LaunchOf(record, bundle, live, attach, log, prepare: () =>
            {
                WriteSpec(record, bundle);
                if (record.HostConfig!.Init == true)
                    InitProgram.Copy(Places, bundle);
                if (HasAttributes(log))
                    DurableFile.Write($"{bundle}/{LogAttributes.FileName}", System.Text.Encoding.UTF8.GetBytes(LogAttributes.Text(record, log)), sync: false);
                if (HealthChecks.CommandOf(record.Config!) is { } check)
                    DurableFile.Write($"{bundle}/{HealthChecks.FileName}", ProcessOf(record, new ExecRequest { Command = check }).ToJson(), sync: false);
                Intend(record);
                Mkdir.Parents($"{Places.RunRoot}/containers", 0x1C9);
                Mkdir.Parents(live, 0x1C0);
                ActorOf(record).Write(live);
                if (attach is not null)
                    Tell(record, "attach");
            }));
        }
        catch (SampanException e)
        {
            Regret(record, live, e);
            throw;
        }
    }

    private MonitorLaunch LaunchOf(ContainerRecord record, string bundle, string live, AttachFlags? attach, LogOptions log, Action prepare) => new()
    {
        Prepare = prepare,
        Program = Places.Runtime,
        RuntimeRoot = Places.RuntimeState,
        Bundle = bundle,
        RunDirectory = live,
        Id = record.Id!,
        Log = new LogChoice { Driver = log.Driver, Path = log.FileName is { } name ? $"{bundle}/{name}" : null, MaxSize = log.MaxSize, MaxFiles = log.MaxFiles },
        LogAttributes = HasAttributes(log) ? $"{bundle}/{LogAttributes.FileName}" : null,
        Journal = Places.Root,
        StdIn = record.Config!.OpenStdin,
        StdInOnce = record.Config.StdinOnce,
        Restart = record.HostConfig!.Restart,
        Health = HealthChecks.CommandOf(record.Config) is null ? null : HealthChecks.PlanOf(record.Config, StopSignalOf(record), record.Config.StopTimeout ?? DefaultStopTimeout),
        HealthProcess = $"{bundle}/{HealthChecks.FileName}",
        Notify = ServiceNotification.Of(record.Config).Mode,
        NotifySocket = ServiceNotification.Of(record.Config).Socket,
        RunLimit = record.HostConfig.Timeout ?? 0,
        ExitCommand = record.HostConfig.AutoRemove ? RemovalCommand(record.Id!) : [],
        Attach = attach,
    };

    private static bool HasAttributes(LogOptions log)
        => log.Driver == LogDriver.Journald || (log.Driver == LogDriver.JsonFile && (log.Tag is not null || log.Labels.Count + log.Env.Count > 0));

    private List<string> RemovalCommand(string id)
        => [$"{Places.Binaries}/sampan", "--root", Places.Root, "--runroot", Places.RunRoot, "rm", "--if-exists", id];

    private void WriteSpec(ContainerRecord record, string bundle)
    {
        var driver = Driver(record.Driver);
        // What the last run wrote; a fresh one has nothing to lose.
        if (record.Ephemeral && Sys.Statx(At.AT_FDCWD, $"{bundle}/config.json", out _) == 0)
        {
            driver.Remove(bundle);
            MakeRoot(driver, bundle, record.Layers!, record.IdMappings);
        }
        var view = driver.View(bundle, record.Layers!);
        var accounts = new AccountView(view);
        var user = UserLookup.Find(record.Config!.User, accounts.Passwd(record.Config.User), accounts.Group(record.Config.User));
        MountPropagation.Check(record.Mounts!);
        if (record.HostConfig!.IpcMode == "shareable")
            SharedMemory.Mount(bundle, record.HostConfig.ShmSize ?? SpecMounts.DefaultShmSize, IdMappings.Root(record.IdMappings));
        var input = new SpecInput
        {
            Record = record,
            User = user with { Groups = AccountView.WithNamed(user.Groups, record.HostConfig!.GroupAdd, accounts) },
            Facts = FactProbe.Gather(record.HostConfig),
            Bundle = bundle,
            Joined = JoinedBy(record),
            Seccomp = SeccompChoice.Of(record.HostConfig),
        };
        // Made anew at each start: nothing to keep through a power cut.
        DurableFile.Write($"{bundle}/config.json", SpecBuilder.Build(input).ToJson(), sync: false);
    }

    /// <summary>The intention is on disk before the side effect: if both we and the monitor are killed, the container is known to have been cut short.</summary>
    private void Intend(ContainerRecord record)
    {
        if (record.Started && record.StartError is null)
            return;
        (record.Started, record.StartError, record.StartExitCode) = (true, null, 0);
        _containers.Save(record, durable: !record.HostConfig!.AutoRemove);
    }

    private void Regret(ContainerRecord record, string live, SampanException e)
    {
        TreeRemoval.Remove(live);
        SharedMemory.Unmount(Places.Container(record.Id!));
        (record.Started, record.StartError, record.StartExitCode) = (false, e.Message, DockerExitCode.Of(e.Kind));
        _containers.Save(record, durable: false);
    }

    /// <summary>Waits for a monitor that is just ending: until it is gone, the container's cgroup and state may still be there.</summary>
    private void AwaitMonitor(ContainerRecord record)
    {
        string path = $"{Places.Live(record.Id!)}/{MonitorConventions.LockName}";
        if (Sys.Statx(At.AT_FDCWD, path, out _) == 0)
            FileLock.Take(path, FlockOperation.LOCK_SH).Dispose();
    }

    /// <summary>Clears away what a killed monitor left in the launcher's care.</summary>
    private void ClearRuntime(ContainerRecord record)
    {
        if (Sys.Statx(At.AT_FDCWD, $"{Places.RuntimeState}/{record.Id}", out _) == 0)
            new ContainerRuntime(Places.RuntimeState).Delete(record.Id!, force: true);
    }

    private static nint Tolerate(nint result, Errno errno) => result == -(nint)errno ? 0 : result;
}
