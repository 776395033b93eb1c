using System.Text;

namespace Sampan.Images;

/// <summary>What an entry is; the values are the type flags of POSIX ustar.</summary>
public enum TarKind : byte
{
    File = (byte)'0', HardLink = (byte)'1', Symlink = (byte)'2', CharDevice = (byte)'3', BlockDevice = (byte)'4', Directory = (byte)'5', Fifo = (byte)'6',
}

/// <summary>An extended attribute; names and values are bytes.</summary>
public readonly record struct Xattr(byte[] Name, byte[] Value);

/// <summary>A stretch of a sparse file that holds data.</summary>
public readonly record struct SparseSegment(long Offset, long Length);

/// <summary>Seconds since 1970, rounded down, and the nanoseconds after it (0 to 999 999 999).</summary>
public readonly record struct FileTime(long Seconds, uint Nanoseconds);

/// <summary>One entry of a tar archive. Names are bytes, as file names are.</summary>
public sealed class TarEntry
{
    /// <summary>As the archive has it: may be absolute, may hold <c>..</c>.</summary>
    public required byte[] Name;
    public required TarKind Kind;

    /// <summary>Target of a link; empty otherwise.</summary>
    public byte[] LinkName = [];

    /// <summary>Permission bits, at most 07777.</summary>
    public uint Mode;
    public uint Uid;
    public uint Gid;

    /// <summary>Bytes of the file; of a sparse file with its holes.</summary>
    public long Size;
    public FileTime Mtime;
    public uint DeviceMajor;
    public uint DeviceMinor;
    public List<Xattr> Xattrs = [];

    /// <summary>Where the data that follows belongs, ascending; null: from 0 to <see cref="Size"/>.</summary>
    public List<SparseSegment>? Sparse;

    /// <summary>The name for messages.</summary>
    public string Display => Show(Name);

    /// <summary>Bytes for a message: one line, whatever they are.</summary>
    public static string Show(ReadOnlySpan<byte> name)
    {
        string text = Encoding.UTF8.GetString(name.Length > 200 ? name[..200] : name);
        return string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)) + (name.Length > 200 ? "..." : "");
    }
}
