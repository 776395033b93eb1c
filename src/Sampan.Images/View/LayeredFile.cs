using System.Text;
using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Reads a small file out of layers that are not mounted, such as /etc/passwd before a container starts.</summary>
public static class LayeredFile
{
    /// <summary>The file's bytes; null when there is no such file.</summary>
    /// <param name="layers">Directories, topmost first; a container's <c>upper</c> goes before its image's.</param>
    /// <param name="path">Absolute, in the container.</param>
    /// <param name="limit">Bytes.</param>
    /// <exception cref="SampanException">It is no regular file (a link is not followed: it could lead anywhere), or longer than <paramref name="limit"/>.</exception>
    public static byte[]? Read(IEnumerable<string> layers, string path, int limit = 1 << 20)
    {
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var directory = LayeredDirectory.Open(layers);
        try
        {
            for (int i = 0; i < parts.Length - 1; i++)
            {
                byte[] name = Encoding.UTF8.GetBytes(parts[i]);
                var inner = directory.Enter(name);
                if (inner is null)
                {
                    if (directory.Find(name, out var other) is not null && other.IsSymlink)
                        throw NotRegular(path);
                    return null;
                }
                directory.Dispose();
                directory = inner;
            }
            return ReadHere(directory, Encoding.UTF8.GetBytes(parts[^1]), path, limit);
        }
        finally
        {
            directory.Dispose();
        }
    }

    private static byte[]? ReadHere(LayeredDirectory directory, byte[] name, string path, int limit)
    {
        var part = directory.Find(name, out var file);
        if (part is null)
            return null;
        if (!file.IsRegular)
            throw NotRegular(path);
        // Non-blocking and looked at again: between the two calls it may have become a fifo.
        nint fd = Sys.Openat2(part.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK, ResolveFlags.RESOLVE_BENEATH | ResolveFlags.RESOLVE_NO_SYMLINKS);
        using var opened = new FileFd((int)LinuxException.Check(fd, "open", path));
        LinuxException.Check(Sys.Fstat(opened.Number, out file), "statx", path);
        if (!file.IsRegular)
            throw NotRegular(path);
        using var stream = new FdStream(opened.Number, path);
        return SmallContent.Read(stream, limit, path).ToArray();
    }

    private static SampanException NotRegular(string path) => new(ErrorKind.InvalidArgument, $"{path} in the image is not a regular file");
}
