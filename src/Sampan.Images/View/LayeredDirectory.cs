using Sampan.Linux;

namespace Sampan.Images;

/// <summary>A directory as overlayfs would show it over several layers, without a mount: whiteouts and opaque directories are honoured, links never followed.</summary>
internal sealed class LayeredDirectory : IDisposable
{
    private readonly List<PathFd> _parts;

    // Whether the topmost part is in the topmost of all layers.
    private readonly bool _hasFirst;

    private LayeredDirectory(List<PathFd> parts, bool hasFirst) => (_parts, _hasFirst) = (parts, hasFirst);

    /// <summary>Whether <paramref name="part"/>, which <see cref="Find"/> gave, is of the topmost layer: a container's own.</summary>
    public bool IsFirst(PathFd part) => _hasFirst && part == _parts[0];

    /// <summary>The descriptor of the topmost layer that has the directory: its owner, mode and attributes are those seen.</summary>
    public PathFd Top => _parts[0];

    /// <param name="layers">Directories, topmost first. One that does not exist fails.</param>
    public static LayeredDirectory Open(IEnumerable<string> layers)
    {
        var directory = new LayeredDirectory([], true);
        try
        {
            foreach (string layer in layers)
                directory._parts.Add(Linux.Open.Directory(layer));
            return directory;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    public bool IsEmpty => _parts.Count == 0;

    /// <summary>What is seen under <paramref name="name"/>, and the layer's directory that has it; null when nothing.</summary>
    public PathFd? Find(ReadOnlySpan<byte> name, out statx file)
    {
        foreach (var part in _parts)
        {
            nint result = Sys.Statx(part.Number, name, out file);
            if (result == 0)
                return Overlay.IsWhiteout(file) ? null : part;
            if (result != -(nint)Errno.ENOENT)
                LinuxException.Throw(result, "statx", TarEntry.Show(name));
        }
        file = default;
        return null;
    }

    /// <summary>The directory <paramref name="name"/>; null when there is none, or it is something else.</summary>
    public LayeredDirectory? Enter(ReadOnlySpan<byte> name)
    {
        var parts = new List<PathFd>();
        bool first = false;
        foreach (var part in _parts)
        {
            nint fd = Sys.Openat2(part.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW, ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_SYMLINKS);
            if (fd == -(nint)Errno.ENOENT)
                continue;
            if (fd == -(nint)Errno.ENOTDIR || fd == -(nint)Errno.ELOOP)
                break; // a whiteout or a file hides what is below
            parts.Add(new PathFd((int)LinuxException.Check(fd, "open", TarEntry.Show(name))));
            first |= IsFirst(part);
            if (Overlay.IsOpaque((int)fd))
                break;
        }
        return parts.Count == 0 ? null : new LayeredDirectory(parts, first);
    }

    /// <summary>All names seen, in the order of their bytes.</summary>
    public List<byte[]> Names()
    {
        var seen = new Dictionary<byte[], bool>(ByteNames.Comparer);
        foreach (var part in _parts)
        {
            LinuxException.Check(Sys.Lseek(part.Number, 0, SeekFrom.SEEK_SET), "lseek");
            foreach (byte[] name in Directories.Names(part.Number, "layer"))
            {
                if (seen.ContainsKey(name))
                    continue;
                bool whiteout = Sys.Statx(part.Number, name, out var file) == 0 && Overlay.IsWhiteout(file);
                seen.Add(name, !whiteout);
            }
        }
        var names = new List<byte[]>(seen.Count);
        foreach (var (name, visible) in seen)
            if (visible)
                names.Add(name);
        names.Sort(ByteNames.Compare);
        return names;
    }

    public void Dispose()
    {
        foreach (var part in _parts)
            part.Dispose();
    }
}

/// <summary>File names as bytes.</summary>
internal static class ByteNames
{
    public static readonly IEqualityComparer<byte[]> Comparer = new ByBytes();

    public static int Compare(byte[] a, byte[] b) => a.AsSpan().SequenceCompareTo(b);

    public static byte[] Join(ReadOnlySpan<byte> directory, ReadOnlySpan<byte> name) => directory.IsEmpty ? name.ToArray() : [.. directory, (byte)'/', .. name];

    private sealed class ByBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);

        public int GetHashCode(byte[] name)
        {
            var hash = new HashCode();
            hash.AddBytes(name);
            return hash.ToHashCode();
        }
    }
}
