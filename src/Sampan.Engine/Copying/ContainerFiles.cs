using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.Engine;

/// <summary>The files of a container as it sees them, mounts and all; held until disposed.</summary>
/// <remarks>
/// Of one that runs this is the root directory of its first process. Of one that does not it is put together in a mount namespace that nothing but this
/// object keeps, so that nobody else ever sees those mounts, and none is left, whoever is killed.
/// </remarks>
internal sealed class ContainerFiles : IDisposable
{
    private readonly IDisposable?[] _held;

    private ContainerFiles(PathFd root, params IDisposable?[] held) => (Root, _held) = (root, held);

    /// <summary>To resolve paths in, by openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS.</summary>
    public PathFd Root { get; }

    /// <exception cref="SampanException">The container is gone, or just being started.</exception>
    public static ContainerFiles Open(ContainerStore store, ContainerRecord record)
    {
        while (true)
        {
            if (record.Started && LiveProcess.Find(store.Places, record.Id!) is { } process)
                return OfRunning(record, process);
            var locked = ContainerLock.Take(store, record);
            try
            {
                // Nobody else starts it now; who did so before the lock is found here.
                var now = store.TryLoad(record.Id!) ?? record;
                if (!now.Started || !IsRunning(store, record))
                    return OfStopped(store.Places, now, locked);
            }
            catch
            {
                locked.Dispose();
                throw;
            }
            locked.Dispose();
            record = store.TryLoad(record.Id!) ?? record;
        }
    }

    private static bool IsRunning(ContainerStore store, ContainerRecord record)
    {
        using var process = LiveProcess.Find(store.Places, record.Id!);
        return process is not null;
    }

    private static ContainerFiles OfRunning(ContainerRecord record, LiveProcess process)
    {
        PathFd? root = null;
        try
        {
            root = Linux.Open.Path($"/proc/{process.Pid}/root", OpenFlags.O_DIRECTORY);
            // A process that is still being launched has the host's root. That one is never given out.
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, "/", out var host, 0), "stat", "/");
            LinuxException.Check(Sys.Fstat(root.Number, out var inside), "stat", $"root of {record.Name}");
            if (process.Wait(0) || !process.HasStarted || (host.Dev == inside.Dev && host.stx_ino == inside.stx_ino))
                throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is just being started or stopped: try again");
            return new ContainerFiles(root, process);
        }
        catch
        {
            root?.Dispose();
            process.Dispose();
            throw;
        }
    }

    private static ContainerFiles OfStopped(Places places, ContainerRecord record, PathFd locked)
    {
        if (record.IdMappings is { Count: > 0 })
            throw new SampanException(ErrorKind.Unsupported, $"container {record.Name} has a user namespace: its files can be copied only while it runs (sampan start {record.Name})");
        var made = PrivateMounts.Of(places, record);
        return new ContainerFiles(made.Root, made.Namespace, locked);
    }

    public void Dispose()
    {
        Root.Dispose();
        foreach (var held in _held)
            held?.Dispose();
    }
}
