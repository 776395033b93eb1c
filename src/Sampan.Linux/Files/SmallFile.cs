using System.Text;

namespace Sampan.Linux;

/// <summary>Small files of procfs, sysfs and cgroupfs, whole: one open, one read or one write.</summary>
public static class SmallFile
{
    /// <summary>The whole text, or null when the file does not exist.</summary>
    /// <param name="limit">Bytes; a longer file is an error, for its writer may be hostile.</param>
    public static string? ReadIfExists(string path, int limit = 1 << 20, int directory = At.AT_FDCWD)
    {
        nint fd = Sys.Openat(directory, path, OpenFlags.O_RDONLY);
        if (fd == -(nint)Errno.ENOENT || fd == -(nint)Errno.ENODEV)
            return null;
        using var file = new FileFd((int)LinuxException.Check(fd, "open", path));
        return ReadToEnd(file, path, limit);
    }

    public static string Read(string path, int limit = 1 << 20, int directory = At.AT_FDCWD)
        => ReadIfExists(path, limit, directory) ?? throw new LinuxException(Errno.ENOENT, "open", path);

    /// <summary>Writes <paramref name="text"/> in one write(2), as cgroupfs and procfs want it. The file must exist.</summary>
    public static void Write(string path, string text, int directory = At.AT_FDCWD)
    {
        using var file = Open.File(path, OpenFlags.O_WRONLY | OpenFlags.O_TRUNC, directory: directory);
        LinuxException.Check(Sys.Write(file.Number, Encoding.UTF8.GetBytes(text)), "write", $"{path} ({text.TrimEnd('\n')})");
    }

    private static string ReadToEnd(FileFd file, string path, int limit)
    {
        byte[] buffer = new byte[Math.Min(limit, 4096)];
        int length = 0;
        while (true)
        {
            nint n = LinuxException.Check(Sys.Read(file.Number, buffer.AsSpan(length)), "read", path);
            if (n == 0)
                return Encoding.UTF8.GetString(buffer, 0, length);
            length += (int)n;
            if (length < buffer.Length)
                continue;
            if (length >= limit)
                throw new SampanException(ErrorKind.InvalidArgument, $"{path}: longer than {limit} bytes");
            Array.Resize(ref buffer, Math.Min(limit, buffer.Length * 2));
        }
    }
}
