using Sampan.Launch;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>User namespaces that exist for their mappings alone: the form in which mount_setattr(2) takes a mapping of ids.</summary>
internal sealed unsafe class IdMapNamespaces : IDisposable
{
    private readonly List<FileFd> _descriptors = [];

    /// <summary>Makes them all, and binds their descriptors to their slots.</summary>
    /// <exception cref="SampanException">A mapping the kernel refuses; the message names its field.</exception>
    public static IdMapNamespaces? Bind(LaunchPlan plan, SealedPlan into, delegate*<nint, nint, nint, nint, nint, nint, nint, nint> syscall)
    {
        if (plan.IdMaps.Count == 0)
            return null;
        var made = new IdMapNamespaces();
        try
        {
            foreach (var map in plan.IdMaps)
            {
                var descriptor = Make(map, syscall);
                made._descriptors.Add(descriptor);
                into.Bind(map.Slot, descriptor.Number);
            }
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    // A namespace comes with a process; once somebody holds the namespace, the process can go.
    private static FileFd Make(IdMapNamespace map, delegate*<nint, nint, nint, nint, nint, nint, nint, nint> syscall)
    {
        var plan = LaunchCompiler.Holder();
        using var holder = new SealedPlan(plan, syscall, LibC.Errno);
        var (ours, theirs) = UnixSocket.Pair(Sys.SOCK_SEQPACKET);
        PidFd? process = null;
        try
        {
            using (theirs)
            {
                holder.Bind(Slot.Parent, ours.Number);
                holder.Bind(Slot.Sync, theirs.Number);
                holder.Bind(Slot.Report, theirs.Number);
                int pid;
                (pid, process) = Launcher.Clone(holder, plan.Clone, null);
                IdMaps.Write(pid, map.UidMappings, map.GidMappings, map.Field);
                return Open.File($"/proc/{pid}/ns/user", OpenFlags.O_RDONLY);
            }
        }
        finally
        {
            ours.Dispose();
            if (process is not null)
                Launcher.Reap(process);
        }
    }

    public void Dispose()
    {
        foreach (var descriptor in _descriptors)
            descriptor.Dispose();
    }
}
