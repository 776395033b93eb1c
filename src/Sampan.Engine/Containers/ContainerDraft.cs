using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>
/// A container being made. Its directory comes first and is locked by its maker; container.json comes last and makes it a container.
/// A directory without container.json that nobody locks is what a killed maker left, and anybody may clear it away.
/// </summary>
internal sealed class ContainerDraft : IDisposable
{
    private readonly ContainerStore _store;
    private readonly PathFd _directory;
    private bool _kept;

    private ContainerDraft(ContainerStore store, string id, PathFd directory) => (_store, Id, _directory) = (store, id, directory);

    public string Id { get; }

    public string Path => _store.Places.Container(Id);

    public static ContainerDraft Begin(ContainerStore store)
    {
        while (true)
        {
            string id = ContainerNames.NewId();
            string path = store.Places.Container(id);
            // Others may pass through on their way to what is mapped to them in a user namespace, and list nothing.
            nint made = Sys.Mkdirat(At.AT_FDCWD, path, 0x1C9);
            if (made == -(nint)Errno.ENOENT)
            {
                Mkdir.Parents(store.Places.Containers, 0x1C9);
                continue;
            }
            LinuxException.Check(made, "mkdir", path);
            var directory = Open.Directory(path);
            LinuxException.Check(Sys.Flock(directory.Number, FlockOperation.LOCK_EX), "flock", path);
            // A sweeper that came between mkdir and flock has removed it.
            LinuxException.Check(Sys.Fstat(directory.Number, out var stat), "fstat", path);
            if (stat.stx_nlink > 0)
                return new ContainerDraft(store, id, directory);
            directory.Dispose();
        }
    }

    /// <summary>The container is made: <paramref name="record"/> goes to disk.</summary>
    public void Finish(ContainerRecord record, bool durable)
    {
        _store.Save(record, durable);
        if (durable)
        {
            DurableFile.SyncDirectory(_store.Places.Containers);
            DurableFile.SyncDirectory(_store.Places.Names);
        }
        _kept = true;
    }

    public void Dispose()
    {
        if (!_kept)
            Remove(_store, Id);
        _directory.Dispose();
    }

    /// <summary>True while a maker holds the lock of <paramref name="id"/>.</summary>
    public static bool IsBeingMade(ContainerStore store, string id)
    {
        using var directory = ContainerStore.IsId(id) ? ContainerLock.TryOpen(store, id) : null;
        return directory is not null && Sys.Flock(directory.Number, FlockOperation.LOCK_SH | FlockOperation.LOCK_NB) < 0;
    }

    /// <summary>Clears <paramref name="id"/> away when it is no container and nobody is making one of it.</summary>
    public static void Sweep(ContainerStore store, string id)
    {
        using var directory = ContainerLock.TryOpen(store, id);
        if (directory is null || Sys.Flock(directory.Number, FlockOperation.LOCK_EX | FlockOperation.LOCK_NB) < 0 || store.Exists(id))
            return;
        Remove(store, id);
    }

    private static void Remove(ContainerStore store, string id)
    {
        NameRegistry.ReleaseAll(store, id);
        TreeRemoval.Remove(store.Places.Live(id));
        TreeRemoval.Remove(store.Places.Container(id));
    }
}

/// <summary>One operation at a time on a container that exists: start, removal, commit.</summary>
internal static class ContainerLock
{
    /// <exception cref="SampanException">The container has gone meanwhile.</exception>
    public static PathFd Take(ContainerStore store, ContainerRecord record)
    {
        var directory = TryOpen(store, record.Id!);
        if (directory is not null)
        {
            LinuxException.Check(Sys.Flock(directory.Number, FlockOperation.LOCK_EX), "flock", store.Places.Container(record.Id!));
            if (store.Exists(record.Id!))
                return directory;
            directory.Dispose();
        }
        throw new SampanException(ErrorKind.NotFound, $"no such container: {record.Name}");
    }

    /// <summary>The directory of <paramref name="id"/>, or null when there is none.</summary>
    public static PathFd? TryOpen(ContainerStore store, string id)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, store.Places.Container(id), OpenFlags.O_DIRECTORY | OpenFlags.O_RDONLY);
        return fd == -(nint)Errno.ENOENT ? null : new PathFd((int)LinuxException.Check(fd, "open", store.Places.Container(id)));
    }
}
