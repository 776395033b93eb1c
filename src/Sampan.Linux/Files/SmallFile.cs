using System.Text;

namespace Sampan.Linux;

/// <summary>Small files of procfs, sysfs and cgroupfs, whole: one open, one read or one write.</summary>
public static class SmallFile
{
    /// <summary>The whole text, or null when the file does not exist.</summary>
    /// <param name="limit">Bytes; a longer file is an error, for its writer may be hostile.</param>
    public static string? ReadIfExists(string path, int limit = 1 << 20, int directory = At.AT_FDCWD)
        => BytesIfExists(path, limit, directory) is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>As <see cref="ReadIfExists"/>, without making text of it.</summary>
    public static ReadOnlyMemory<byte>? BytesIfExists(string path, int limit = 1 << 20, int directory = At.AT_FDCWD)
    {
        nint fd = Sys.Openat(directory, path, OpenFlags.O_RDONLY);
        if (fd == -(nint)Errno.ENOENT || fd == -(nint)Errno.ENODEV)
            return null;
        using var file = new FileFd((int)LinuxException.Check(fd, "open", path));
        return ReadToEnd(file, path, limit);
    }

    public static string Read(string path, int limit = 1 << 20, int directory = At.AT_FDCWD)
        => ReadIfExists(path, limit, directory) ?? throw new LinuxException(Errno.ENOENT, "open", path);

    public static ReadOnlyMemory<byte> Bytes(string path, int limit = 1 << 20) => BytesIfExists(path, limit) ?? throw new LinuxException(Errno.ENOENT, "open", path);

    /// <summary>Writes <paramref name="text"/> in one write(2), as cgroupfs and procfs want it. The file must exist.</summary>
    public static void Write(string path, string text, int directory = At.AT_FDCWD)
    {
        using var file = Open.File(path, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, directory: directory);
        LinuxException.Check(Sys.Write(file.Number, Encoding.UTF8.GetBytes(text)), "write", $"{path} ({text.TrimEnd('\n')})");
    }

    // Null: the cgroup it belongs to has been removed since it was opened.
    private static ReadOnlyMemory<byte>? ReadToEnd(FileFd file, string path, int limit)
    {
        // Most are a line or two: nothing is left on the heap but that.
        Span<byte> first = stackalloc byte[Math.Min(limit, 4096)];
        byte[]? buffer = null;
        int length = 0;
        while (true)
        {
            var room = buffer ?? first;
            nint n = Sys.Read(file.Number, room[length..]);
            if (n == -(nint)Errno.ENODEV)
                return null;
            if (LinuxException.Check(n, "read", path) == 0)
                return buffer?.AsMemory(0, length) ?? first[..length].ToArray();
            length += (int)n;
            if (length < room.Length)
                continue;
            if (length >= limit)
                throw new SampanException(ErrorKind.InvalidArgument, $"{path}: longer than {limit} bytes");
            // A file of a disk says how long it is: one buffer that fits, and a byte to see its end. One of procfs says 0.
            ulong told = buffer is null && Sys.Fstat(file.Number, out var stat) >= 0 ? stat.stx_size + 1 : 0;
            byte[] larger = new byte[told > (ulong)room.Length && told <= (ulong)limit ? (int)told : Math.Min(limit, room.Length * 4)];
            room.CopyTo(larger);
            buffer = larger;
        }
    }
}
