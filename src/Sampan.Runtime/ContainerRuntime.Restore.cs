using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using Sampan.Cgroups;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

public sealed partial class ContainerRuntime
{
    /// <summary>Makes a container of a bundle and of what <see cref="Checkpoint"/> has saved. On failure nothing of it is left.</summary>
    /// <returns>Its first process, whose parent is the caller.</returns>
    /// <exception cref="SampanException">CRIU cannot restore it. The message has CRIU's reason and its log.</exception>
    public LaunchedProcess Restore(string id, Bundle bundle, RestoreOptions options)
    {
        var spec = bundle.Spec;
        var process = spec.Process ?? throw new SampanException(ErrorKind.InvalidArgument, "process: missing");
        _ = options.Criu.CgroupMode; // before anything is made
        var criu = Criu.Find();
        if (options.LsmProfile is not null)
            criu.RequireVersion(3, 16, "--lsm-profile");
        if (options.LsmMountContext is not null)
            criu.RequireVersion(3, 16, "--lsm-mount-context");
        var replaced = StdioImage.Load(options.Criu.ImagePath);
        var host = CgroupHost.Probe();
        var order = new CgroupOrder(DefaultDevices.With(spec.Linux?.Resources)) { Owner = CgroupOwner.Of(spec), Properties = options.SystemdCgroup ? UnitAnnotations.Of(spec.Annotations) : [] };
        var cgroup = CgroupFor(id, spec, host, order.Resources, options.SystemdCgroup, rootless: false);
        var facts = HostProbe.For(spec, process, bundle.Rootfs, host, cgroup, []);
        var resctrl = ResctrlGroups.Of(spec.Linux?.IntelRdt, id, facts.Resctrl);
        var directory = StateDirectory.Make(Root, id);
        string place = $"{directory.Path}/criu-root";
        var state = new ContainerState
        {
            ID = id, OciVersion = spec.OciVersion, Bundle = bundle.Path, Rootfs = bundle.Rootfs, Annotations = spec.Annotations,
            Created = DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture),
            CgroupPaths = new Dictionary<string, string>(cgroup.Paths), SystemdUnit = cgroup.Unit?.Name, ResctrlGroups = resctrl?.Own, HasPoststop = spec.Hooks?.Poststop is { Count: > 0 },
        };
        NewCgroup? entry = null;
        var inherited = new List<(string Name, FileFd File)>();
        try
        {
            using var locked = directory.Lock();
            directory.Write(state);
            directory.WriteConfig(bundle.Json.Span);
            resctrl?.Make();
            entry = NewCgroup.Of(cgroup, host, order, id);
            entry.Make();
            entry.Tasks();
            LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, place, 0x1ED), "mkdir", place);
            var plan = RestoreCompiler.Root(new LaunchRequest { Spec = spec, ID = id, Rootfs = bundle.Rootfs }, facts, place);
            var joined = new List<(string Type, string Path)>();
            CriuNamespaces.Rejoin(spec, criu, inherited, joined);
            for (int i = 0; i < inherited.Count; i++)
                replaced.Add((inherited[i].Name, CriuProcess.FirstExtra + i));
            Dictionary<string, string> sources;
            CriuProcess service;
            PathFd images;
            PathFd? work;
            // Only CRIU stays among these mounts: hooks belong to the host's.
            using (new PrivateMounts(plan))
            {
                // CRIU mounts things in its working directory, which it can only in a mount of its own namespace.
                images = Open.Directory(options.Criu.ImagePath);
                work = CriuWork.Open(options.Criu);
                sources = RestoredMounts.Sources(spec, facts, bundle.Rootfs, place);
                service = new CriuProcess(criu.Program, [0, 1, 2], [.. inherited.ConvertAll(static i => i.File.Number)]);
            }
            using (images)
            using (work)
            using (service)
            {
                entry.Enter(service.Pid);
                resctrl?.Enter(service.Pid);
                var request = new CriuOptions
                {
                    Settings = options.Criu, ImagesDirectory = images.Number, WorkDirectory = work?.Number ?? -1, LogFile = "restore.log", ConfigFile = CriuWork.ConfigFile(spec),
                    Root = place, RestoreSibling = true, EvasiveDevices = true, LsmProfile = options.LsmProfile, LsmMountContext = options.LsmMountContext, ExternalMounts = sources, InheritedFds = replaced, JoinedNamespaces = joined,
                    CgroupRoots = CgroupRoots(service.Pid),
                };
                var restored = new Restoration(this, directory, spec, state);
                try
                {
                    Criu.Converse(service, CriuRequest.Of(CriuRequestType.RESTORE, request), restored.Notified,
                        words => CriuLog.Failure(criu.Version, $"restore container {id}", words, options.Criu.LogPath("restore.log")));
                    service.End();
                    Sys.Unlinkat(At.AT_FDCWD, place, At.AT_REMOVEDIR);
                    return restored.Process;
                }
                catch
                {
                    restored.Terminal?.Dispose();
                    throw;
                }
            }
        }
        catch (Exception e)
        {
            if (Undo(directory, state, entry, resctrl) is { } left)
                throw new SampanException(e is SampanException failure ? failure.Kind : ErrorKind.System, $"{e.Message}; and it could not be undone: {left}", e);
            ExceptionDispatchInfo.Throw(e);
            throw;
        }
        finally
        {
            entry?.Dispose();
            foreach (var (_, file) in inherited)
                file.Dispose();
        }
    }

    // CRIU is in the new cgroup: what was below the old one goes below this.
    private static List<(string Controllers, string Path)> CgroupRoots(int pid)
        => ProcCgroup.Parse(SmallFile.Bytes($"/proc/{pid}/cgroup").Span).ConvertAll(static line => (line.Controllers, line.Path));

    /// <summary>What becomes known while CRIU restores.</summary>
    private sealed class Restoration(ContainerRuntime runtime, StateDirectory directory, Spec spec, ContainerState state)
    {
        public FileFd? Terminal { get; private set; }

        public LaunchedProcess Process
            => new() { Pid = state.Pid, PidFd = new PidFd((int)LinuxException.Check(Sys.PidfdOpen(state.Pid), "pidfd_open", $"{state.Pid}")), Terminal = Terminal };

        public void Notified(CriuResponse notification, FileFd? descriptor)
        {
            switch (notification.Notification)
            {
                case "setup-namespaces":
                    var hooks = runtime.HooksOf(directory, spec, state, notification.Pid, "creating");
                    hooks.Run(HookPoint.Prestart);
                    hooks.Run(HookPoint.CreateRuntime);
                    break;
                case "post-restore":
                    state.Process = ProcessIdentity.Of(notification.Pid);
                    directory.WriteProcess(state.Process);
                    break;
                case "orphan-pts-master" when descriptor is not null:
                    Terminal = new FileFd((int)LinuxException.Check(Sys.Call(SyscallNumber.fcntl, descriptor.Number, 1030, 0), "fcntl", "pty")); // F_DUPFD_CLOEXEC
                    break;
            }
        }
    }
}
