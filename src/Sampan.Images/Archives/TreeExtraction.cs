using Sampan.Linux;

namespace Sampan.Images;

/// <summary>
/// Unpacks a tar archive into a directory that others may change meanwhile. Every path is resolved by the kernel inside a held root, as in a chroot(2): no link of the
/// tree leads out of it. What bears the name of an entry is replaced, but never a directory by something else, nor something else by a directory.
/// </summary>
public sealed class TreeExtraction : IDisposable
{
    /// <summary>S_ISUID and S_ISGID.</summary>
    private const uint SetId = 0xC00;

    private readonly PathFd _root;
    private readonly PathFd _top;
    private readonly byte[] _prefix;
    private readonly bool _confined;
    private readonly bool _keepsRights;
    private readonly Func<uint, uint, (uint Uid, uint Gid)> _owner;
    private readonly List<(byte[] Path, FileTime Mtime)> _directoryTimes = [];
    private readonly byte[] _buffer = new byte[128 << 10];
    private PathFd? _parent;
    private byte[] _parentPath = [];

    /// <param name="root">What paths and links are resolved in.</param>
    /// <param name="directory">In the root, where the archive goes; it exists.</param>
    /// <param name="confined">No link below the directory is followed at all: the tree is the host's, and the archive somebody's who may be hostile.</param>
    /// <param name="keepsRights">Set-user-id bits and capabilities of files are kept. Where a container's file becomes one of the host's root, they would be the host's root's.</param>
    /// <param name="owner">From an entry's uid and gid to the file's.</param>
    public TreeExtraction(PathFd root, string directory, bool confined, bool keepsRights, Func<uint, uint, (uint Uid, uint Gid)> owner)
    {
        (_root, _confined, _keepsRights, _owner) = (root, confined, keepsRights, owner);
        _prefix = System.Text.Encoding.UTF8.GetBytes(directory);
        _top = new PathFd((int)LinuxException.Check(Sys.Openat2(root.Number, Rooted(_prefix), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, InRoot), "open", directory));
    }

    /// <summary>Bytes of the files unpacked.</summary>
    public long Size { get; private set; }

    private static ResolveFlags InRoot => ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS;

    /// <exception cref="SampanException">Not an archive, an entry that leads out, or something that is in the way of an entry; what came before is there.</exception>
    public void Unpack(Stream tar)
    {
        var reader = new TarReader(tar);
        while (reader.Next() is { } entry)
            try
            {
                Entry(entry, reader);
            }
            catch (LinuxException e) when (e.Call is not ("read" or "write"))
            {
                throw new SampanException(e.Kind, $"\"{entry.Display}\": {e.Call}: {e.Errno.Describe()}", e);
            }
        for (int i = _directoryTimes.Count - 1; i >= 0; i--)
            SetTime(_directoryTimes[i].Path, Metadata.Time(_directoryTimes[i].Mtime));
    }

    public void Dispose()
    {
        _parent?.Dispose();
        _top.Dispose();
    }

    private void Entry(TarEntry entry, TarReader reader)
    {
        byte[] path = Clean(entry);
        if (path.Length == 0)
            return; // the directory itself is not the archive's
        var parent = Parent(path);
        var name = EntryPath.Last(path);
        nint result = Sys.Statx(parent.Number, name, out var old);
        bool exists = result == 0;
        if (!exists && result != -(nint)Errno.ENOENT)
            LinuxException.Throw(result, "stat", entry.Display);
        if (exists && old.IsDirectory != (entry.Kind == TarKind.Directory))
            throw new SampanException(ErrorKind.Conflict, old.IsDirectory
                ? $"cannot overwrite directory \"{entry.Display}\" with non-directory" : $"cannot overwrite non-directory \"{entry.Display}\" with directory");
        switch (entry.Kind)
        {
            case TarKind.Directory:
                MakeDirectory(parent, name, path, entry);
                break;
            case TarKind.File:
                MakeFile(parent, name, entry, reader, exists, old);
                break;
            case TarKind.HardLink:
                MakeHardLink(parent, name, path, entry);
                break;
            default:
                MakeSpecial(parent, name, entry);
                break;
        }
    }

    private static byte[] Clean(TarEntry entry)
    {
        try
        {
            return EntryPath.Clean(entry.Name);
        }
        catch (SampanException)
        {
            throw new SampanException(ErrorKind.InvalidArgument, $"entry \"{entry.Display}\" leads out of the directory it is to be unpacked in");
        }
    }

    /// <summary>The directory of the last component, made when it is missing.</summary>
    private PathFd Parent(byte[] path)
    {
        var above = EntryPath.Parent(path);
        if (above.IsEmpty)
            return _top;
        if (_parent is not null && above.SequenceEqual(_parentPath))
            return _parent;
        nint fd = Directory(above);
        if (fd == -(nint)Errno.ENOENT)
        {
            byte[] missing = above.ToArray();
            LinuxException.Check(Tolerate(Sys.Mkdirat(Parent(missing).Number, EntryPath.Last(missing), 0x1ED)), "mkdir", TarEntry.Show(missing));
            (uint uid, uint gid) = _owner(0, 0);
            Sys.Fchownat(Parent(missing).Number, EntryPath.Last(missing), uid, gid);
            fd = Directory(missing);
        }
        _parent?.Dispose();
        _parent = new PathFd((int)LinuxException.Check(fd, "open", TarEntry.Show(above)));
        _parentPath = above.ToArray();
        return _parent;
    }

    private static nint Tolerate(nint result) => result == -(nint)Errno.EEXIST ? 0 : result;

    private nint Directory(ReadOnlySpan<byte> path) => _confined
        ? Sys.Openat2(_top.Number, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_SYMLINKS)
        : Sys.Openat2(_root.Number, Rooted(ByteNames.Join(_prefix, path)), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, InRoot);

    private static ReadOnlySpan<byte> Rooted(ReadOnlySpan<byte> path) => path.IsEmpty ? "/"u8 : path;

    private void MakeDirectory(PathFd parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry)
    {
        LinuxException.Check(Tolerate(Sys.Mkdirat(parent.Number, name, 0x1C0)), "mkdir", entry.Display);
        using var made = new PathFd((int)LinuxException.Check(LayerTree.OpenHere(parent.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY), "open", entry.Display));
        Looks(made.Number, entry);
        _directoryTimes.Add((path, entry.Mtime)); // what is made inside later would change it
    }

    private void MakeFile(PathFd parent, ReadOnlySpan<byte> name, TarEntry entry, TarReader reader, bool exists, in statx old)
    {
        const OpenFlags create = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
        nint fd = LayerTree.OpenHere(parent.Number, name, create, 0x180);
        if (fd == -(nint)Errno.EEXIST)
        {
            // Something is mounted on the file, as on /etc/hosts: it cannot be replaced, but it can be written to.
            if (exists && old.IsRegular && IsMount(parent, old))
            {
                WriteOver(parent, name, entry, reader);
                return;
            }
            Unlink(parent, name, old, entry);
            fd = LayerTree.OpenHere(parent.Number, name, create, 0x180);
        }
        using var file = new FileFd((int)LinuxException.Check(fd, "open", entry.Display));
        Data(file, entry, reader);
        Looks(file.Number, entry);
        var mtime = Metadata.Time(entry.Mtime);
        LinuxException.Check(Sys.Futimens(file.Number, mtime, mtime), "utimensat", entry.Display);
    }

    // The kernel lets a name go on which something is mounted in another mount namespace than the caller's, and the mount with it.
    private static void Unlink(PathFd parent, ReadOnlySpan<byte> name, in statx old, TarEntry entry)
        => LinuxException.Check(IsMount(parent, old) ? -(nint)Errno.EBUSY : Sys.Unlinkat(parent.Number, name), "unlink", entry.Display);

    private static bool IsMount(PathFd parent, in statx file)
    {
        LinuxException.Check(Sys.Fstat(parent.Number, out var above), "stat", "the directory");
        return above.stx_mnt_id != file.stx_mnt_id;
    }

    private void WriteOver(PathFd parent, ReadOnlySpan<byte> name, TarEntry entry, TarReader reader)
    {
        // Neither beneath nor across: the mount on the file is what is to be written to. Non-blocking, and looked at: it may have become a fifo.
        nint fd = Sys.Openat2(parent.Number, name, OpenFlags.O_WRONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY, ResolveFlags.RESOLVE_NO_SYMLINKS);
        using var file = new FileFd((int)LinuxException.Check(fd, "open", entry.Display));
        LinuxException.Check(Sys.Fstat(file.Number, out var now), "stat", entry.Display);
        if (!now.IsRegular)
            throw new SampanException(ErrorKind.Conflict, $"\"{entry.Display}\" was replaced while it was written");
        LinuxException.Check(Sys.Ftruncate(file.Number, 0), "truncate", entry.Display);
        Data(file, entry, reader);
    }

    private void Data(FileFd file, TarEntry entry, TarReader reader)
    {
        foreach (var (offset, length) in entry.Sparse ?? [new SparseSegment(0, entry.Size)])
        {
            LinuxException.Check(Sys.Lseek(file.Number, offset, SeekFrom.SEEK_SET), "lseek", entry.Display);
            for (long left = length; left > 0;)
            {
                int n = reader.Read(_buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length)));
                LinuxException.Check(Sys.WriteAll(file.Number, _buffer.AsSpan(0, n)), "write", entry.Display);
                left -= n;
            }
        }
        if (entry.Sparse is not null)
            LinuxException.Check(Sys.Ftruncate(file.Number, entry.Size), "ftruncate", entry.Display);
        Size += entry.Size;
    }

    /// <summary>Without AT_SYMLINK_FOLLOW: a link to a link is that link again, wherever it points.</summary>
    private void MakeHardLink(PathFd parent, ReadOnlySpan<byte> name, byte[] path, TarEntry entry)
    {
        byte[] target = EntryPath.Clean(entry.LinkName);
        if (target.AsSpan().SequenceEqual(path))
            return;
        var above = EntryPath.Parent(target);
        using var directory = above.IsEmpty ? null : new PathFd((int)LinuxException.Check(Directory(above), "open", TarEntry.Show(entry.LinkName)));
        var from = directory ?? _top;
        nint result = Sys.Linkat(from.Number, EntryPath.Last(target), parent.Number, name);
        if (result == -(nint)Errno.EEXIST)
        {
            LinuxException.Check(Sys.Statx(parent.Number, name, out var old), "stat", entry.Display);
            Unlink(parent, name, old, entry);
            result = Sys.Linkat(from.Number, EntryPath.Last(target), parent.Number, name);
        }
        LinuxException.Check(result, "link", entry.Display);
    }

    private void MakeSpecial(PathFd parent, ReadOnlySpan<byte> name, TarEntry entry)
    {
        nint result = MakeNode(parent, name, entry);
        if (result == -(nint)Errno.EEXIST)
        {
            LinuxException.Check(Sys.Statx(parent.Number, name, out var old), "stat", entry.Display);
            Unlink(parent, name, old, entry);
            result = MakeNode(parent, name, entry);
        }
        LinuxException.Check(result, entry.Kind == TarKind.Symlink ? "symlink" : "mknod", entry.Display);
        (uint uid, uint gid) = _owner(entry.Uid, entry.Gid);
        LinuxException.Check(Sys.Fchownat(parent.Number, name, uid, gid), "chown", entry.Display);
        var mtime = Metadata.Time(entry.Mtime);
        LinuxException.Check(Sys.Utimensat(parent.Number, name, mtime, mtime), "utimensat", entry.Display);
    }

    /// <summary>With its mode at once: chmod(2) by the name could meet a link that somebody has put there since.</summary>
    private static nint MakeNode(PathFd parent, ReadOnlySpan<byte> name, TarEntry entry)
    {
        if (entry.Kind == TarKind.Symlink)
            return Sys.Symlinkat(entry.LinkName, parent.Number, name);
        uint type = entry.Kind switch { TarKind.Fifo => InodeMode.S_IFIFO, TarKind.CharDevice => InodeMode.S_IFCHR, _ => InodeMode.S_IFBLK };
        return Sys.Mknodat(parent.Number, name, type | (entry.Mode & 0x1FF), Sys.Makedev(entry.DeviceMajor, entry.DeviceMinor));
    }

    /// <summary>The order matters: chown(2) clears set-user-id bits and capabilities.</summary>
    private void Looks(int fd, TarEntry entry)
    {
        (uint uid, uint gid) = _owner(entry.Uid, entry.Gid);
        LinuxException.Check(Sys.Fchown(fd, uid, gid), "chown", entry.Display);
        LinuxException.Check(Sys.Fchmod(fd, _keepsRights ? entry.Mode : entry.Mode & ~SetId), "chmod", entry.Display);
        foreach (var (name, value) in entry.Xattrs)
            if (Metadata.IsImageXattr(name) && (_keepsRights || !name.AsSpan().StartsWith("security."u8)))
                Metadata.CheckXattr(Sys.Fsetxattr(fd, name, value), name, entry.Display);
    }

    /// <summary>A directory may be gone since, or another: then it has a time of its own.</summary>
    private void SetTime(byte[] path, timespec time)
    {
        nint fd = EntryPath.Parent(path).IsEmpty ? Sys.Call(SyscallNumber.fcntl, _top.Number, 1030 /* F_DUPFD_CLOEXEC */, 3) : Directory(EntryPath.Parent(path));
        if (fd < 0)
            return;
        using var parent = new PathFd((int)fd);
        Sys.Utimensat(parent.Number, EntryPath.Last(path), time, time);
    }
}
