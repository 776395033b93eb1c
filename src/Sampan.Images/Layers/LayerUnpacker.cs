using Sampan.Linux;

namespace Sampan.Images;

/// <summary>
/// Unpacks a layer's tar archive into a directory that overlayfs takes as it is: whiteouts become its devices, opaque markers its attribute.
/// Needs CAP_CHOWN, CAP_MKNOD and CAP_SYS_ADMIN.
/// </summary>
/// <remarks>image-spec 1.1, layer.md. The archive is the attacker's: see <see cref="LayerTree"/> for how paths are kept inside.</remarks>
internal sealed class LayerUnpacker : IDisposable
{
    private const string WhiteoutPrefix = ".wh.";

    /// <summary>Directories whose times are remembered. No real layer has as many; an archive of millions must not fill the memory.</summary>
    private const int MaxDirectoryTimes = 1 << 19;
    private readonly LayerTree _tree;
    private readonly List<(byte[] Path, FileTime Mtime)> _directoryTimes = [];
    private readonly byte[] _buffer = new byte[128 << 10];
    private bool _rootIsOpaque;

    private FileTime? _rootTime;

    /// <param name="path">An empty directory.</param>
    public LayerUnpacker(string path) => _tree = new LayerTree(path);

    /// <summary>Bytes of the files unpacked.</summary>
    public long Size { get; private set; }

    public void Unpack(Stream tar)
    {
        var reader = new TarReader(tar);
        while (reader.Next() is { } entry)
            Entry(entry, reader);
        SetDirectoryTimes();
    }

    /// <summary>What only the layers below can tell; after <see cref="Unpack"/>, which needs none of them, so that all layers are unpacked at once.</summary>
    /// <param name="below">The layers under this one, topmost first; settled.</param>
    public void Settle(IReadOnlyList<string> below)
    {
        if (_rootIsOpaque)
            OpaqueRoot.Apply(_tree.Root, below);
        _tree.Settle(below);
        if (_rootIsOpaque && _rootTime is { } mtime)
        {
            var time = Metadata.Time(mtime);
            LinuxException.Check(Sys.Futimens(_tree.Root.Number, time, time), "utimensat", "root of the layer");
        }
    }

    public void Dispose() => _tree.Dispose();

    private void Entry(TarEntry entry, TarReader reader)
    {
        byte[] path = EntryPath.Clean(entry.Name);
        if (path.Length == 0)
        {
            // "./" describes the root; anything else of that name has no meaning.
            if (entry.Kind == TarKind.Directory)
                DirectoryMetadata(_tree.Root.Number, entry, path);
            return;
        }
        try
        {
            var parent = _tree.Parent(path);
            var name = EntryPath.Last(path);
            if (name.StartsWith(".wh."u8))
                Whiteout(parent, path, name);
            else
                Make(parent, name, path, entry, reader);
        }
        catch (LinuxException e)
        {
            throw new SampanException(e.Kind, $"entry \"{entry.Display}\": {e.Call}: {e.Errno.Describe()}", e);
        }
    }

    /// <summary>layer.md, "Whiteouts": hides a name of the layers below, never one of this layer.</summary>
    private void Whiteout(PathFd parent, ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(".wh..wh..opq"u8))
        {
            if (EntryPath.Parent(path).IsEmpty)
                _rootIsOpaque = true;
            else
                LinuxException.Check(Overlay.MakeOpaque(parent.Number), "setxattr", TarEntry.Show(path));
            return;
        }
        var hidden = name[WhiteoutPrefix.Length..];
        if (hidden.StartsWith(".wh."u8))
            return; // aufs kept its own records under such names
        if (hidden.IsEmpty || hidden.SequenceEqual("."u8) || hidden.SequenceEqual(".."u8))
            throw new SampanException(ErrorKind.Corrupt, $"entry \"{TarEntry.Show(path)}\" hides nothing");
        nint result = Overlay.MakeWhiteout(parent.Number, hidden);
        if (result != -(nint)Errno.EEXIST)
        {
            LinuxException.Check(result, "mknod", TarEntry.Show(path));
            return;
        }
        nint fd = LayerTree.OpenHere(parent.Number, hidden, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        if (fd < 0)
            return;
        using var directory = new PathFd((int)fd);
        LinuxException.Check(Overlay.MakeOpaque(directory.Number), "setxattr", TarEntry.Show(path));
    }

    private void Make(PathFd parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry, TarReader reader)
    {
        switch (entry.Kind)
        {
            case TarKind.Directory:
                MakeDirectory(parent, name, path, entry);
                break;
            case TarKind.File:
                MakeFile(parent, name, entry, reader);
                break;
            case TarKind.HardLink:
                MakeHardLink(parent, name, path, entry);
                break;
            default:
                MakeSpecial(parent, name, entry);
                break;
        }
    }

    private void MakeDirectory(PathFd parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry)
    {
        nint result = Sys.Mkdirat(parent.Number, name, 0x1C0);
        bool opaque = false;
        if (result == -(nint)Errno.EEXIST)
        {
            LinuxException.Check(Sys.Statx(parent.Number, name, out var old), "statx", entry.Display);
            if (!old.IsDirectory)
            {
                // The name was deleted below and is made anew: nothing of the old directory may show.
                opaque = Overlay.IsWhiteout(old);
                _tree.Remove(parent, name);
                LinuxException.Check(Sys.Mkdirat(parent.Number, name, 0x1C0), "mkdir", entry.Display);
            }
        }
        else
            LinuxException.Check(result, "mkdir", entry.Display);
        using var directory = new PathFd((int)LinuxException.Check(LayerTree.OpenHere(parent.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY), "open", entry.Display));
        if (opaque)
            LinuxException.Check(Overlay.MakeOpaque(directory.Number), "setxattr", entry.Display);
        DirectoryMetadata(directory.Number, entry, path);
    }

    private void DirectoryMetadata(int fd, TarEntry entry, byte[] path)
    {
        FileMetadata(fd, entry);
        _tree.Described(fd);
        if (path.Length == 0)
            _rootTime = entry.Mtime;
        if (_directoryTimes.Count == MaxDirectoryTimes)
            SetDirectoryTimes();
        _directoryTimes.Add((path, entry.Mtime)); // what is made inside later would change it
    }

    private void MakeFile(PathFd parent, ReadOnlySpan<byte> name, TarEntry entry, TarReader reader)
    {
        const OpenFlags create = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        nint fd = LayerTree.OpenHere(parent.Number, name, create, 0x180);
        if (fd == -(nint)Errno.EEXIST)
        {
            _tree.Remove(parent, name);
            fd = LayerTree.OpenHere(parent.Number, name, create, 0x180);
        }
        using var file = new FileFd((int)LinuxException.Check(fd, "open", entry.Display));
        if (entry.Sparse is null)
            WriteData(file, entry, reader, entry.Size);
        else
            WriteSparse(file, entry, reader);
        FileMetadata(file.Number, entry);
        var mtime = Metadata.Time(entry.Mtime);
        LinuxException.Check(Sys.Futimens(file.Number, mtime, mtime), "utimensat", entry.Display);
        Size += entry.Size;
    }

    private void WriteSparse(FileFd file, TarEntry entry, TarReader reader)
    {
        foreach (var (offset, length) in entry.Sparse!)
        {
            LinuxException.Check(Sys.Lseek(file.Number, offset, SeekFrom.SEEK_SET), "lseek", entry.Display);
            WriteData(file, entry, reader, length);
        }
        LinuxException.Check(Sys.Ftruncate(file.Number, entry.Size), "ftruncate", entry.Display);
    }

    private void WriteData(FileFd file, TarEntry entry, TarReader reader, long length)
    {
        while (length > 0)
        {
            int n = reader.Read(_buffer.AsSpan(0, (int)Math.Min(length, _buffer.Length)));
            LinuxException.Check(Sys.WriteAll(file.Number, _buffer.AsSpan(0, n)), "write", entry.Display);
            length -= n;
        }
    }

    /// <summary>linkat(2) on descriptors, without AT_SYMLINK_FOLLOW: a link to a link is that link again, wherever it points.</summary>
    private void MakeHardLink(PathFd parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry)
    {
        byte[] target = EntryPath.Clean(entry.LinkName);
        if (target.AsSpan().SequenceEqual(path))
            return;
        nint fd = target.Length == 0 ? -(nint)Errno.EPERM : _tree.OpenExistingParent(target);
        if (fd < 0)
            throw NoTarget(entry);
        using var targetParent = new PathFd((int)fd);
        nint result = Sys.Linkat(targetParent.Number, EntryPath.Last(target), parent.Number, name);
        if (result == -(nint)Errno.EEXIST)
        {
            // Removing the name must not remove the target: they may be one file already.
            LinuxException.Check(Sys.Statx(parent.Number, name, out var old), "statx", entry.Display);
            if (Sys.Statx(targetParent.Number, EntryPath.Last(target), out var file) != 0)
                throw NoTarget(entry);
            if (old.stx_ino == file.stx_ino && old.Dev == file.Dev)
                return;
            if (old.IsDirectory && target.AsSpan().StartsWith([.. path, (byte)'/']))
                throw NoTarget(entry);
            _tree.Remove(parent, name);
            result = Sys.Linkat(targetParent.Number, EntryPath.Last(target), parent.Number, name);
        }
        if (result == -(nint)Errno.ENOENT || result == -(nint)Errno.EPERM)
            throw NoTarget(entry);
        LinuxException.Check(result, "link", entry.Display);
    }

    private static SampanException NoTarget(TarEntry entry)
        => new(ErrorKind.Corrupt, $"hard link \"{entry.Display}\": its target \"{TarEntry.Show(entry.LinkName)}\" is no file of this layer");

    private void MakeSpecial(PathFd parent, ReadOnlySpan<byte> name, TarEntry entry)
    {
        nint result = MakeNode(parent, name, entry);
        if (result == -(nint)Errno.EEXIST)
        {
            _tree.Remove(parent, name);
            result = MakeNode(parent, name, entry);
        }
        LinuxException.Check(result, entry.Kind == TarKind.Symlink ? "symlink" : "mknod", entry.Display);
        LinuxException.Check(Sys.Fchownat(parent.Number, name, entry.Uid, entry.Gid), "chown", entry.Display);
        // Never on a link: that would be the mode of what it points to.
        if (entry.Kind != TarKind.Symlink)
            LinuxException.Check(Sys.Fchmodat(parent.Number, name, entry.Mode), "chmod", entry.Display);
        if (entry.Xattrs.Count > 0)
        {
            byte[] path = Metadata.ProcPath(parent.Number, name);
            foreach (var (key, value) in entry.Xattrs)
                if (Metadata.IsImageXattr(key))
                    Metadata.CheckXattr(Sys.Lsetxattr(path, key, value), key, entry.Display);
        }
        var mtime = Metadata.Time(entry.Mtime);
        LinuxException.Check(Sys.Utimensat(parent.Number, name, mtime, mtime), "utimensat", entry.Display);
    }

    private static nint MakeNode(PathFd parent, ReadOnlySpan<byte> name, TarEntry entry) => entry.Kind switch
    {
        TarKind.Symlink => Sys.Symlinkat(entry.LinkName, parent.Number, name),
        TarKind.Fifo => Sys.Mknodat(parent.Number, name, InodeMode.S_IFIFO | 0x180),
        _ => Sys.Mknodat(parent.Number, name, (entry.Kind == TarKind.CharDevice ? InodeMode.S_IFCHR : InodeMode.S_IFBLK) | 0x180, Sys.Makedev(entry.DeviceMajor, entry.DeviceMinor)),
    };

    /// <summary>The order matters: chown(2) clears set-user-id bits and capabilities.</summary>
    private static void FileMetadata(int fd, TarEntry entry)
    {
        LinuxException.Check(Sys.Fchown(fd, entry.Uid, entry.Gid), "chown", entry.Display);
        LinuxException.Check(Sys.Fchmod(fd, entry.Mode), "chmod", entry.Display);
        foreach (var (name, value) in entry.Xattrs)
            if (Metadata.IsImageXattr(name))
                Metadata.CheckXattr(Sys.Fsetxattr(fd, name, value), name, entry.Display);
    }

    /// <summary>A directory may have been replaced since: what is no directory now keeps its own times.</summary>
    private void SetDirectoryTimes()
    {
        for (int i = _directoryTimes.Count - 1; i >= 0; i--)
        {
            var (path, mtime) = _directoryTimes[i];
            nint parent = _tree.OpenExistingParent(path);
            if (parent < 0)
                continue;
            using var above = new PathFd((int)parent);
            nint fd = path.Length == 0 ? _tree.OpenDirectory(path) : LayerTree.OpenHere(above.Number, EntryPath.Last(path), OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
            if (fd < 0)
                continue;
            using var directory = new PathFd((int)fd);
            var time = Metadata.Time(mtime);
            LinuxException.Check(Sys.Futimens(directory.Number, time, time), "utimensat", TarEntry.Show(path));
        }
        _directoryTimes.Clear();
    }
}
