using System.Text;
using Sampan.Linux;

namespace Sampan.Images;

/// <summary>File trees as tar archives, read by descriptors: a link in the tree leads nowhere, whoever changes the tree meanwhile.</summary>
public sealed class TreeArchive
{
    /// <summary>Directories in one another. A path of the kernel's is no longer either.</summary>
    private const int Deepest = 2048;

    private readonly TarWriter _tar;
    private readonly Func<uint, uint> _ids;
    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _links = [];
    private readonly byte[] _buffer = new byte[128 << 10];

    /// <param name="ids">From the file's owner to the archive's.</param>
    private TreeArchive(Stream to, Func<uint, uint> ids) => (_tar, _ids) = (new TarWriter(to), ids);

    /// <summary>Bytes of the files written.</summary>
    public long Size { get; private set; }

    /// <summary>Writes what layers show together, in the order of the names.</summary>
    /// <param name="layers">Directories, topmost first.</param>
    /// <param name="topIds">From the owner of a file in the topmost layer to the archive's.</param>
    public static void WriteLayers(IReadOnlyList<string> layers, Func<uint, uint> topIds, Stream to)
    {
        var archive = new TreeArchive(to, topIds);
        using var root = LayeredDirectory.Open(layers);
        archive.Walk(root, [], 0);
        archive._tar.Finish();
    }

    /// <summary>Writes a file, or a directory with all that is in it, mounts too.</summary>
    /// <param name="name">In <paramref name="parent"/>; <c>.</c> for <paramref name="parent"/> itself. Not followed when it is a link.</param>
    /// <param name="entry">What the archive calls it; empty: the names in it stand alone.</param>
    /// <param name="ids">From the file's owner to the archive's.</param>
    /// <returns>Bytes of the files written.</returns>
    public static long Write(PathFd parent, ReadOnlySpan<byte> name, ReadOnlySpan<byte> entry, Func<uint, uint> ids, Stream to)
    {
        var archive = new TreeArchive(to, ids);
        archive.Tree(parent, name.ToArray(), entry.ToArray(), 0);
        archive._tar.Finish();
        return archive.Size;
    }

    private void Walk(LayeredDirectory directory, byte[] path, int depth)
    {
        CheckDepth(depth, path);
        foreach (byte[] name in directory.Names())
        {
            byte[] inner = ByteNames.Join(path, name);
            if (directory.Find(name, out var file) is not { } part)
                continue;
            One(part, name, inner, file, directory.IsFirst(part));
            if (!file.IsDirectory)
                continue;
            using var below = directory.Enter(name);
            if (below is not null)
                Walk(below, inner, depth + 1);
        }
    }

    private void Tree(PathFd parent, byte[] name, byte[] path, int depth)
    {
        CheckDepth(depth, path);
        nint result = Sys.Statx(parent.Number, name, out var file);
        if (result == -(nint)Errno.ENOENT && depth > 0)
            return; // removed since it was listed
        LinuxException.Check(result, "stat", Shown(path, name));
        if (path.Length > 0)
            One(parent, name, path, file, true);
        if (!file.IsDirectory)
            return;
        nint fd = LayerTree.OpenHere(parent.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        if (fd == -(nint)Errno.ENOENT || fd == -(nint)Errno.ENOTDIR || fd == -(nint)Errno.ELOOP)
            return; // another now
        using var directory = new PathFd((int)LinuxException.Check(fd, "open", Shown(path, name)));
        var names = Directories.Names(directory.Number, Shown(path, name));
        names.Sort(ByteNames.Compare);
        foreach (byte[] one in names)
            Tree(directory, one, ByteNames.Join(path, one), depth + 1);
    }

    private void One(PathFd parent, byte[] name, byte[] path, in statx file, bool translates)
    {
        if (file.Type == InodeMode.S_IFSOCK)
            return; // a socket without its process is nothing, and tar has none
        var entry = LayerWriter.Entry(path, parent, name, file);
        if (translates)
            (entry.Uid, entry.Gid) = (_ids(entry.Uid), _ids(entry.Gid));
        if (entry.Kind == TarKind.File && file.stx_nlink > 1 && !_links.TryAdd((file.Dev, file.stx_ino), path))
        {
            entry.Kind = TarKind.HardLink;
            entry.LinkName = _links[(file.Dev, file.stx_ino)];
            entry.Xattrs = [];
        }
        if (entry.Kind != TarKind.File)
        {
            _tar.WriteHeader(entry);
            return;
        }
        // Non-blocking, and looked at again: it may have become a fifo, or a device, by now.
        nint fd = LayerTree.OpenHere(parent.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY);
        using var content = new FileFd((int)LinuxException.Check(fd, "open", Shown(path, name)));
        LinuxException.Check(Sys.Fstat(content.Number, out var now), "stat", Shown(path, name));
        if (!now.IsRegular)
            throw new SampanException(ErrorKind.Conflict, $"{Shown(path, name)} was replaced while it was read");
        _tar.WriteHeader(entry);
        Data(content, entry);
        Size += entry.Size;
    }

    /// <summary>As long as the header says: a file that became shorter is filled up with zeros, as tar(1) does, one that grew is cut.</summary>
    private void Data(FileFd content, TarEntry entry)
    {
        bool over = false;
        for (long left = entry.Size; left > 0;)
        {
            var part = _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length));
            int n = over ? 0 : (int)LinuxException.Check(Sys.Read(content.Number, part), "read", entry.Display);
            if (n == 0)
            {
                part.Clear();
                (over, n) = (true, part.Length);
            }
            _tar.WriteData(part[..n]);
            left -= n;
        }
    }

    private static void CheckDepth(int depth, byte[] path)
    {
        if (depth > Deepest)
            throw new SampanException(ErrorKind.Unsupported, $"{TarEntry.Show(path)}: more than {Deepest} directories in one another");
    }

    private static string Shown(byte[] path, byte[] name) => TarEntry.Show(path.Length > 0 ? path : name);
}
