using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// Brings blobs and layers into the store, all of them or none. They are written to a directory of their own, locked while its writer lives;
/// <see cref="Commit"/> moves them to their places under the store's lock. Whatever a kill leaves behind, the next writer removes.
/// </summary>
internal sealed class StoreTransaction : IDisposable
{
    private readonly StorePaths _paths;
    private readonly string _directory;
    private readonly FileLock _alive;
    private readonly List<(string Temporary, Digest Digest)> _blobs = [];
    private readonly List<(string Temporary, Digest ChainId)> _layers = [];
    private readonly HashSet<Digest> _leased = [];
    private readonly HashSet<string> _leasedBlobs = [];
    private readonly List<IDisposable> _owned = [];
    private readonly Lock _gate = new();
    private int _count;

    private StoreTransaction(StorePaths paths, string directory, FileLock alive) => (_paths, _directory, _alive) = (paths, directory, alive);

    /// <summary>Takes the store's lock for a moment, and clears away what earlier writers left when they were killed.</summary>
    public static StoreTransaction Begin(StorePaths paths)
    {
        using var held = StoreLock.Take(paths);
        string directory = $"{paths.Incoming}/{Guid.NewGuid():N}";
        LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, directory, 0x1C0), "mkdir", directory);
        return new StoreTransaction(paths, directory, FileLock.Take(directory + "/" + StoreLock.AliveName));
    }

    public StorePaths Paths => _paths;

    /// <summary>A file for a blob whose digest is not known yet.</summary>
    public (FileFd File, string Path) NewFile()
    {
        string path = NewName();
        return (Open.File(path, OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0x180), path);
    }

    /// <summary>A name for a file of the transaction's.</summary>
    public string NewName() => $"{_directory}/blob-{Interlocked.Increment(ref _count)}";

    /// <summary>The file at <paramref name="path"/> is the content of <paramref name="digest"/>.</summary>
    public void AddBlob(string path, Digest digest)
    {
        lock (_gate)
            if (!_blobs.Exists(b => b.Digest == digest))
                _blobs.Add((path, digest));
    }

    public Descriptor AddBlob(ReadOnlySpan<byte> content, string mediaType)
    {
        var digest = Digest.OfHash(Sha256.Hash(content));
        var (file, path) = NewFile();
        using (file)
            LinuxException.Check(Sys.WriteAll(file.Number, content), "write", path);
        AddBlob(path, digest);
        return new Descriptor { MediaType = mediaType, Digest = digest, Size = content.Length };
    }

    /// <summary>An empty directory for a layer.</summary>
    public string NewLayer()
    {
        string path = $"{_directory}/layer-{Interlocked.Increment(ref _count)}";
        LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, path, 0x1C0), "mkdir", path);
        return path;
    }

    /// <summary>The directory <paramref name="path"/> is the layer of <paramref name="chainId"/>.</summary>
    public void AddLayer(string path, Digest chainId) => _layers.Add((path, chainId));

    /// <summary>
    /// Keeps what is in the store already, and will be named by what this transaction brings, from those who clear away what no image names:
    /// a blob by a second name, a layer by its chain id in a file that they read. What has gone before is not held, and has to be brought again.
    /// </summary>
    public void Lease(IEnumerable<Digest> blobs, IEnumerable<Digest> chainIds)
    {
        foreach (var digest in blobs)
            if (!Holds(digest) && NewName() is var name && Sys.Linkat(At.AT_FDCWD, _paths.Blob(digest), At.AT_FDCWD, name) == 0)
            {
                _leasedBlobs.Add(name);
                AddBlob(name, digest);
            }
        using var pins = LayerPins.Share(_paths);
        _leased.UnionWith(chainIds);
        LayerPins.Write(_directory, _leased);
    }

    /// <summary>True for a blob that this transaction brings, or has on lease.</summary>
    public bool Holds(Digest digest)
    {
        lock (_gate)
            return _blobs.Exists(b => b.Digest == digest);
    }

    /// <summary>Where the layer lies: in the store, or still in this transaction; null when nowhere.</summary>
    public string? FindLayer(Digest chainId)
    {
        foreach (var (temporary, id) in _layers)
            if (id == chainId)
                return temporary;
        string path = _paths.Layer(chainId);
        return Sys.Statx(At.AT_FDCWD, path, out _) == 0 ? path : null;
    }

    /// <summary>True for a blob that this transaction brings and the store has not yet.</summary>
    public bool IsNew(Digest digest) => _blobs.Exists(b => b.Digest == digest) && !new Blobs(_paths).Exists(digest);

    /// <summary>Opens a blob of the store or of this transaction.</summary>
    public FdStream OpenBlob(Digest digest)
    {
        foreach (var (temporary, id) in _blobs)
            if (id == digest)
                return new FdStream(Open.File(temporary, OpenFlags.O_RDONLY), temporary);
        return new Blobs(_paths).Open(digest);
    }

    /// <summary>Keeps <paramref name="thing"/> until the end: a download's lock must outlive its move into the store.</summary>
    public void Own(IDisposable thing) => _owned.Add(thing);

    /// <summary>Moves everything into place, then lets <paramref name="change"/> name it in the index.</summary>
    public void Commit(Action<ImageIndexFile> change)
    {
        Sync();
        using var held = StoreLock.Take(_paths);
        held.Begin();
        foreach (var (temporary, chainId) in _layers)
            Place(temporary, _paths.Layer(chainId));
        foreach (var (temporary, digest) in _blobs)
        {
            LinuxException.Check(Sys.Renameat2(At.AT_FDCWD, temporary, At.AT_FDCWD, _paths.Blob(digest)), "rename", temporary);
            // Two names of one file, as after a download that two pulls shared, rename(2) leaves as they are.
            nint left = Sys.Unlinkat(At.AT_FDCWD, temporary);
            if (left != -(nint)Errno.ENOENT)
                LinuxException.Check(left, "unlink", temporary);
        }
        DurableFile.SyncDirectory(_paths.Layers);
        DurableFile.SyncDirectory(_paths.Blobs);
        var index = ImageIndexFile.Read(_paths);
        change(index);
        index.Write();
        held.Finished();
    }

    /// <summary>Only what is on the disk may names point at. One syncfs for the thousands of files of a layer; without one, nobody else's data is waited for.</summary>
    private void Sync()
    {
        if (_layers.Count > 0)
        {
            using var root = Open.Directory(_directory);
            LinuxException.Check(Sys.Syncfs(root.Number), "syncfs", _paths.Root);
            return;
        }
        foreach (var (temporary, _) in _blobs)
            if (!_leasedBlobs.Contains(temporary))
            {
                using var file = Open.File(temporary, OpenFlags.O_RDONLY);
                LinuxException.Check(Sys.Fsync(file.Number), "fsync", temporary);
            }
    }

    public void Dispose()
    {
        foreach (var thing in _owned)
            thing.Dispose();
        TreeRemoval.Remove(_directory);
        _alive.Dispose();
    }

    /// <summary>Somebody else may have brought the same layer in meanwhile: then theirs stays, for containers may use it.</summary>
    private static void Place(string temporary, string path)
    {
        nint result = Sys.Renameat2(At.AT_FDCWD, temporary, At.AT_FDCWD, path, RenameFlags.RENAME_NOREPLACE);
        if (result != -(nint)Errno.EEXIST)
            LinuxException.Check(result, "rename", path);
    }
}
