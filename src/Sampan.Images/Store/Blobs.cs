using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Reading content by its digest.</summary>
internal sealed class Blobs(StorePaths paths)
{
    public bool Exists(Digest digest) => Sys.Statx(At.AT_FDCWD, paths.Blob(digest), out _) == 0;

    /// <summary>The blob as it lies; it was verified when it came in.</summary>
    /// <param name="from">The byte to begin with.</param>
    public FdStream Open(Digest digest, long from = 0)
    {
        string path = paths.Blob(digest);
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW);
        if (fd == -(nint)Errno.ENOENT)
            throw new SampanException(ErrorKind.Corrupt, $"blob {digest} is missing from the image store");
        var file = new FileFd((int)LinuxException.Check(fd, "open", path));
        if (from > 0)
            LinuxException.Check(Sys.Lseek(file.Number, from, SeekFrom.SEEK_SET), "lseek", path);
        return new FdStream(file, path);
    }

    /// <summary>A small blob that is a JSON document.</summary>
    /// <param name="what">What it is, for messages.</param>
    public T ReadJson<T>(Digest digest, string what) where T : OciObject, new()
    {
        using var stream = Open(digest);
        return Json.Read<T>(SmallContent.Read(stream, JsonReading.Limit, what), what);
    }
}

/// <summary>Whole content that has a bound.</summary>
internal static class SmallContent
{
    /// <exception cref="SampanException">Longer than <paramref name="limit"/> bytes.</exception>
    public static ReadOnlyMemory<byte> Read(Stream stream, int limit, string what)
    {
        byte[] buffer = new byte[Math.Min(8192, limit + 1)];
        int length = 0;
        while (true)
        {
            int n = stream.Read(buffer, length, buffer.Length - length);
            if (n == 0)
                return buffer.AsMemory(0, length);
            length += n;
            if (length > limit)
                throw new SampanException(ErrorKind.Corrupt, $"{what}: longer than {limit >> 10} KiB");
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, limit + 1L));
        }
    }
}

/// <summary>JSON documents of the store and of archives, with errors that name the document.</summary>
internal static class Json
{
    public static T Read<T>(ReadOnlyMemory<byte> json, string what) where T : OciObject, new()
    {
        try
        {
            return JsonReading.Read<T>(json);
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.Corrupt, $"{what}: {e.Message}", e);
        }
    }

    public static List<T> ReadArray<T>(ReadOnlyMemory<byte> json, string what) where T : OciObject, new()
    {
        try
        {
            return JsonReading.ReadArray<T>(json);
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.Corrupt, $"{what}: {e.Message}", e);
        }
    }
}
