using Sampan.Linux;

namespace Sampan.Images;

/// <summary>
/// The directory a layer is unpacked into, as a hostile archive may see it: every path is resolved by the kernel inside the held root,
/// and the last component of a name is never followed when it is a link.
/// </summary>
internal sealed class LayerTree : IDisposable
{
    private const ResolveFlags InRoot = ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS | ResolveFlags.RESOLVE_NO_XDEV;
    private readonly PathFd _root;

    // The parent of the last entry, for most archives list a directory's files in a row.
    private PathFd? _parent;
    private byte[] _parentPath = [];

    // Directories the archive has not described yet, by inode number: they are to look as they do in the layers below.
    private readonly Dictionary<ulong, byte[]> _undescribed = [];

    public LayerTree(string path)
    {
        _root = Open.Directory(path);
        Remember(_root, []);
    }

    public PathFd Root => _root;

    /// <summary>The directory of <paramref name="path"/>'s last component, made when it is missing.</summary>
    /// <param name="path">Clean.</param>
    public PathFd Parent(ReadOnlySpan<byte> path)
    {
        var parent = EntryPath.Parent(path);
        if (parent.IsEmpty)
            return _root;
        if (_parent is not null && parent.SequenceEqual(_parentPath))
            return _parent;
        nint fd = OpenDirectory(parent);
        if (fd == -(nint)Errno.ENOENT || fd == -(nint)Errno.ENOTDIR)
            fd = MakeParents(parent);
        Forget();
        _parent = new PathFd((int)LinuxException.Check(fd, "open", TarEntry.Show(parent)));
        _parentPath = parent.ToArray();
        return _parent;
    }

    /// <summary>An existing directory by its clean path, links in the middle followed inside the root; or -errno.</summary>
    public nint OpenDirectory(ReadOnlySpan<byte> path)
        => Sys.Openat2(_root.Number, path.IsEmpty ? "."u8 : path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, InRoot);

    /// <summary>As <see cref="Parent"/>, but nothing is made: -errno when it is missing.</summary>
    public nint OpenExistingParent(ReadOnlySpan<byte> path) => OpenDirectory(EntryPath.Parent(path));

    /// <summary>A file or directory by its name in an open directory, itself and not what it points to; or -errno.</summary>
    public static nint OpenHere(int directory, ReadOnlySpan<byte> name, OpenFlags flags, uint mode = 0)
        => Sys.Openat2(directory, name, flags | OpenFlags.O_NOFOLLOW, ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_SYMLINKS, mode);

    /// <summary>Makes room for an entry; a directory goes with all that is in it.</summary>
    public void Remove(PathFd parent, ReadOnlySpan<byte> name)
    {
        TreeRemoval.RemoveAt(parent.Number, name);
        // What was removed may have been, or led to, the directory remembered.
        if (parent != _parent)
            Forget();
    }

    public void Dispose()
    {
        Forget();
        _root.Dispose();
    }

    private void Forget()
    {
        _parent?.Dispose();
        _parent = null;
    }

    /// <summary>Makes the missing directories one by one, each looking as it does in the layers below.</summary>
    private nint MakeParents(ReadOnlySpan<byte> path)
    {
        for (int end = 0; end < path.Length;)
        {
            int slash = path[(end + 1)..].IndexOf((byte)'/');
            end = slash < 0 ? path.Length : end + 1 + slash;
            var prefix = path[..end];
            nint fd = OpenDirectory(prefix);
            if (fd >= 0)
            {
                Sys.Call(SyscallNumber.close, fd);
                continue;
            }
            if (fd != -(nint)Errno.ENOENT && fd != -(nint)Errno.ENOTDIR)
                return fd;
            using var above = new PathFd((int)LinuxException.Check(OpenDirectory(EntryPath.Parent(prefix)), "open", TarEntry.Show(prefix)));
            MakeDirectory(above, EntryPath.Last(prefix), prefix);
        }
        return OpenDirectory(path);
    }

    private void MakeDirectory(PathFd above, ReadOnlySpan<byte> name, ReadOnlySpan<byte> path)
    {
        bool wasWhiteout = Sys.Statx(above.Number, name, out var old) == 0 && Overlay.IsWhiteout(old);
        if (wasWhiteout)
            LinuxException.Check(Sys.Unlinkat(above.Number, name), "unlink", TarEntry.Show(path));
        nint result = Sys.Mkdirat(above.Number, name, 0x1ED);
        if (result == -(nint)Errno.EEXIST)
            throw new SampanException(ErrorKind.Corrupt, $"layer: \"{TarEntry.Show(path)}\" has entries below it, but is no directory");
        LinuxException.Check(result, "mkdir", TarEntry.Show(path));
        using var made = new PathFd((int)LinuxException.Check(OpenHere(above.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY), "open", TarEntry.Show(path)));
        LinuxException.Check(Sys.Fchmod(made.Number, 0x1ED), "chmod", TarEntry.Show(path));
        if (wasWhiteout)
            LinuxException.Check(Overlay.MakeOpaque(made.Number), "setxattr", TarEntry.Show(path));
        else
            Remember(made, path.ToArray());
    }

    /// <summary>The archive says itself how this directory looks.</summary>
    public void Described(int directory)
    {
        if (_undescribed.Count == 0)
            return;
        LinuxException.Check(Sys.Fstat(directory, out var file), "statx", "directory");
        _undescribed.Remove(file.stx_ino);
    }

    /// <summary>Gives the directories the archive did not describe the looks they have below.</summary>
    /// <param name="below">The layers under this one, topmost first; all of them unpacked and settled.</param>
    public void Settle(IReadOnlyList<string> below)
    {
        if (below.Count == 0)
            return;
        foreach (var (inode, path) in _undescribed)
        {
            nint fd = OpenDirectory(path);
            if (fd < 0)
                continue;
            using var directory = new PathFd((int)fd);
            LinuxException.Check(Sys.Fstat(directory.Number, out var file), "statx", TarEntry.Show(path));
            if (file.stx_ino == inode)
                LookAsBelow(directory, path, below);
        }
    }

    private void Remember(PathFd directory, byte[] path)
    {
        LinuxException.Check(Sys.Fstat(directory.Number, out var file), "statx", TarEntry.Show(path));
        _undescribed[file.stx_ino] = path;
    }

    private static void LookAsBelow(PathFd made, ReadOnlySpan<byte> path, IReadOnlyList<string> below)
    {
        var view = LayeredDirectory.Open(below);
        try
        {
            foreach (var part in path.Split((byte)'/'))
            {
                if (path[part].IsEmpty)
                    break; // the root
                var inner = view.Enter(path[part]);
                if (inner is null)
                    return;
                view.Dispose();
                view = inner;
            }
            Metadata.CopyDirectory(view.Top.Number, made.Number, TarEntry.Show(path));
        }
        finally
        {
            view.Dispose();
        }
    }
}
