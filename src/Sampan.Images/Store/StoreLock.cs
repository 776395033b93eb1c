using Sampan.Linux;

namespace Sampan.Images;

/// <summary>The right to change the store. Taking it first puts right what a killed writer left behind.</summary>
internal sealed class StoreLock : IDisposable
{
    /// <summary>In each directory under <c>incoming</c>: locked by its writer.</summary>
    public const string AliveName = ".alive";

    private readonly StorePaths _paths;
    private readonly FileLock _lock;

    private StoreLock(StorePaths paths, FileLock taken) => (_paths, _lock) = (paths, taken);

    public static StoreLock Take(StorePaths paths)
    {
        MakeDirectories(paths);
        var held = new StoreLock(paths, FileLock.Take(paths.Lock));
        try
        {
            if (Sys.Statx(At.AT_FDCWD, paths.Layout, out _) != 0)
                DurableFile.Write(paths.Layout, "{\"imageLayoutVersion\":\"1.0.0\"}"u8);
            SweepIncoming(paths);
            if (Sys.Statx(At.AT_FDCWD, paths.Unfinished, out _) == 0)
            {
                Sweep.Unnamed(paths);
                held.Finished();
            }
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>From now on there may be blobs and layers that nothing names.</summary>
    public void Begin() => DurableFile.Write(_paths.Unfinished, "blobs or layers may be here that no image names\n"u8);

    /// <summary>Everything in the store has its name now.</summary>
    public void Finished() => LinuxException.Check(Sys.Unlinkat(At.AT_FDCWD, _paths.Unfinished), "unlink", _paths.Unfinished);

    public void Dispose() => _lock.Dispose();

    // Layers hold set-user-id files and other people's secrets: nobody but root may enter them by a path (CVE-2021-41091).
    private static void MakeDirectories(StorePaths paths)
    {
        Mkdir.Parents(paths.Root, 0x1C9);
        Mkdir.Parents(paths.Layers, 0x1C0);
        Mkdir.Parents(paths.Incoming, 0x1C0);
        Mkdir.Parents(paths.Blobs, 0x1C0);
    }

    private static void SweepIncoming(StorePaths paths)
    {
        foreach (string name in Directories.NamesIfExists(paths.Incoming) ?? [])
        {
            string directory = $"{paths.Incoming}/{name}";
            try
            {
                using var dead = FileLock.Try($"{directory}/{AliveName}");
                if (dead is not null)
                    TreeRemoval.Remove(directory);
            }
            catch (LinuxException e) when (e.Errno == Errno.ENOENT)
            {
                // Its writer is about to remove it, or was killed before the file was made: to remove it twice does no harm.
                TreeRemoval.Remove(directory);
            }
        }
    }
}
