using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Writes differences as a layer: image-spec 1.1, layer.md, "Representing Changes". Equal differences give equal bytes.</summary>
internal sealed class LayerWriter(Stream stream) : IDifference
{
    private readonly TarWriter _tar = new(stream);
    private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _links = [];
    private readonly byte[] _buffer = new byte[128 << 10];

    public void Present(byte[] path, PathFd parent, byte[] name, in statx file, bool added, bool opaque)
    {
        if (EntryPath.Last(path).StartsWith(".wh."u8))
            throw new SampanException(ErrorKind.Unsupported, $"\"{TarEntry.Show(path)}\" cannot be stored in an image: names that begin with .wh. mark deleted files");
        if (file.Type == InodeMode.S_IFSOCK)
            return; // a socket without its process is nothing, and tar has none
        var entry = Entry(path, parent, name, file);
        if (entry.Kind == TarKind.File && file.stx_nlink > 1 && !_links.TryAdd((file.Dev, file.stx_ino), path))
        {
            entry.Kind = TarKind.HardLink;
            entry.LinkName = _links[(file.Dev, file.stx_ino)];
            entry.Xattrs = [];
        }
        if (entry.Kind == TarKind.File)
            WriteFile(entry, parent, name);
        else
            _tar.WriteHeader(entry);
        if (opaque)
            WriteMarker(ByteNames.Join(path, ".wh..wh..opq"u8));
    }

    public void Deleted(byte[] path, bool opaqueParent)
    {
        if (!opaqueParent)
            WriteMarker(ByteNames.Join(EntryPath.Parent(path), [.. ".wh."u8, .. EntryPath.Last(path)]));
    }

    public void Finish() => _tar.Finish();

    internal static TarEntry Entry(byte[] path, PathFd parent, byte[] name, in statx file) => new()
    {
        Name = file.IsDirectory ? [.. path, (byte)'/'] : path,
        Kind = file.Type switch
        {
            InodeMode.S_IFDIR => TarKind.Directory,
            InodeMode.S_IFLNK => TarKind.Symlink,
            InodeMode.S_IFCHR => TarKind.CharDevice,
            InodeMode.S_IFBLK => TarKind.BlockDevice,
            InodeMode.S_IFIFO => TarKind.Fifo,
            _ => TarKind.File,
        },
        LinkName = file.IsSymlink ? Readlink.Bytes(parent.Number, name) : [],
        Mode = file.stx_mode & InodeMode.Permissions,
        Uid = file.stx_uid,
        Gid = file.stx_gid,
        Size = (long)file.stx_size,
        Mtime = new FileTime(file.stx_mtime.tv_sec, file.stx_mtime.tv_nsec),
        DeviceMajor = file.stx_rdev_major,
        DeviceMinor = file.stx_rdev_minor,
        Xattrs = Metadata.XattrsOf(parent.Number, name, TarEntry.Show(path)),
    };

    private void WriteMarker(byte[] path) => _tar.WriteHeader(new TarEntry { Name = path, Kind = TarKind.File, Mode = 0x180 });

    private void WriteFile(TarEntry entry, PathFd parent, byte[] name)
    {
        nint fd = LayerTree.OpenHere(parent.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_NONBLOCK);
        using var file = new FileFd((int)LinuxException.Check(fd, "open", entry.Display));
        _tar.WriteHeader(entry);
        for (long left = entry.Size; left > 0;)
        {
            int n = (int)LinuxException.Check(Sys.Read(file.Number, _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length))), "read", entry.Display);
            if (n == 0)
                throw new SampanException(ErrorKind.Conflict, $"\"{entry.Display}\" became shorter while it was read");
            _tar.WriteData(_buffer.AsSpan(0, n));
            left -= n;
        }
    }
}
