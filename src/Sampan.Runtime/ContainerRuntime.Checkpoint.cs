using Sampan.Cgroups;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

public sealed partial class ContainerRuntime
{
    /// <summary>Saves a running container to files, from which <see cref="Restore"/> brings it back; unless it is to run on, it is deleted.</summary>
    /// <exception cref="SampanException">It does not run, or CRIU cannot save it: it goes on running. The message has CRIU's reason and its log.</exception>
    public void Checkpoint(string id, CheckpointOptions options)
    {
        var directory = StateDirectory.Open(Root, id);
        using (directory.Lock())
        {
            string status = Status(directory, out var state);
            if (status is "created" or "stopped")
                throw new SampanException(ErrorKind.Conflict, $"container cannot be checkpointed in {status} state: {id}");
            Dump(directory, directory.ReadConfig(), state!, options);
        }
        if (options.LeaveRunning || options.PreDump)
            return;
        try
        {
            Delete(id, force: true);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.NotFound)
        {
            // Who waited for it in the foreground was first.
        }
    }

    private static void Dump(StateDirectory directory, Spec spec, ContainerState state, CheckpointOptions options)
    {
        _ = options.Criu.CgroupMode; // before anything is made
        var criu = Criu.Find();
        if (options.PreDump)
            criu.Require("--pre-dump", memoryTracking: true);
        if (options.Criu.LazyPages)
            criu.Require("--lazy-pages", lazyPages: true);
        Mkdir.Parents(options.Criu.ImagePath, 0x1C0);
        using var images = Open.Directory(options.Criu.ImagePath);
        using var work = CriuWork.Open(options.Criu);
        var external = CriuNamespaces.External(spec, criu, state.Pid);
        if (!options.PreDump)
            external.AddRange(StdioImage.Save(options.Criu.ImagePath, state.Pid));
        var request = new CriuOptions
        {
            Settings = options.Criu, ImagesDirectory = images.Number, WorkDirectory = work?.Number ?? -1, LogFile = "dump.log", Pid = state.Pid,
            ConfigFile = CriuWork.ConfigFile(spec), LeaveRunning = options.LeaveRunning, TcpSkipInFlight = options.TcpSkipInFlight, LinkRemap = options.LinkRemap,
            ParentImage = options.ParentPath, PageServer = options.PageServer, TrackMemory = options.PreDump || options.ParentPath is not null,
            FreezeCgroup = FreezerOf(state, criu), External = external, DumpedHierarchies = HierarchiesOf(state),
            ExternalMounts = options.PreDump ? [] : DumpedMounts.Find(spec, state.Rootfs!, state.Pid),
            StatusFd = options.Criu.LazyPages && !criu.Version.AtLeast(3, 15) ? options.StatusFd : -1,
        };
        using var process = new CriuProcess(criu.Program);
        Criu.Converse(process, CriuRequest.Of(options.PreDump ? CriuRequestType.PRE_DUMP : CriuRequestType.DUMP, request), (notification, _) =>
        {
            if (notification.Notification == "status-ready" && options.StatusFd >= 0)
            {
                LinuxException.Check(Sys.Write(options.StatusFd, [0]), "write", "--status-fd");
                Sys.Call(SyscallNumber.close, options.StatusFd);
            }
        }, words => CriuLog.Failure(criu.Version, $"save container {directory.ID}", words, options.Criu.LogPath("dump.log")));
    }

    // CRIU's own way, by ptrace, can miss a process that is being forked.
    private static string? FreezerOf(ContainerState state, Criu criu)
    {
        var paths = state.CgroupPaths ?? [];
        return paths.TryGetValue("", out string? unified) && criu.Version.AtLeast(3, 14) ? unified : paths.GetValueOrDefault("freezer");
    }

    // Where the container has no cgroup of its own it is in one of the host's, which CRIU would save with all that is below it.
    private static List<string> HierarchiesOf(ContainerState state)
    {
        var hierarchies = new List<string>();
        foreach (var hierarchy in CgroupHost.Probe().Hierarchies)
        {
            if (state.CgroupPaths?.ContainsKey(hierarchy.IsV2 ? "" : hierarchy.Names[0]) == true)
                hierarchies.Add(hierarchy.Controllers);
        }
        return hierarchies;
    }
}
