using System.Text;
using System.Text.Json;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>
/// Where a container's standard streams led when it was saved: <c>descriptors.json</c> among CRIU's images, an array of three strings, as runc and crun write it.
/// A restore gives the container its caller's streams in their place.
/// </summary>
internal static class StdioImage
{
    private const string FileName = "descriptors.json";

    /// <summary>Writes the file.</summary>
    /// <returns>Those that are files from outside the container's mounts, as CRIU's <c>external</c> wants them.</returns>
    public static List<string> Save(string images, int pid)
    {
        var mounts = MountTable.Of($"{pid}").ConvertAll(static m => m.ID);
        var external = new List<string>();
        var json = new StringBuilder("[");
        for (int fd = 0; fd < 3; fd++)
        {
            string link = Link(pid, fd);
            // Outside, and so by number: file[MOUNT:INODE], both in hexadecimal.
            if (link.StartsWith('/') && Sys.Statx(At.AT_FDCWD, $"/proc/{pid}/fd/{fd}", out var stat, flags: 0) >= 0
                && stat.Type is InodeMode.S_IFREG or InodeMode.S_IFCHR && !mounts.Contains(stat.stx_mnt_id) && stat.stx_rdev_major is not (5 or >= 136 and <= 143))
            {
                link = $"file[{stat.stx_mnt_id:x}:{stat.stx_ino:x}]";
                if (!external.Contains(link))
                    external.Add(link);
            }
            json.Append(fd == 0 ? "" : ",").Append('"').Append(JsonEncodedText.Encode(link)).Append('"');
        }
        DurableFile.Write($"{images}/{FileName}", Encoding.UTF8.GetBytes(json.Append(']').ToString()), sync: false);
        return external;
    }

    /// <summary>The names under which CRIU knows those streams that the restoring process replaces by its own of the same number.</summary>
    public static List<(string Name, int Fd)> Load(string images)
    {
        string path = $"{images}/{FileName}";
        var replaced = new List<(string Name, int Fd)>();
        try
        {
            using var document = JsonDocument.Parse(SmallFile.Read(path));
            int fd = 0;
            foreach (var item in document.RootElement.EnumerateArray())
            {
                string name = item.GetString() ?? "";
                if ((name.StartsWith("pipe:", StringComparison.Ordinal) || name.StartsWith("file[", StringComparison.Ordinal)) && fd < 3 && !replaced.Exists(r => r.Name == name))
                    replaced.Add((name, fd));
                fd++;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new SampanException(ErrorKind.Corrupt, $"{path}: not an array of strings", e);
        }
        return replaced;
    }

    private static string Link(int pid, int fd)
    {
        Span<byte> buffer = stackalloc byte[4096];
        nint n = Sys.Readlinkat(At.AT_FDCWD, $"/proc/{pid}/fd/{fd}", buffer);
        return n < 0 ? "/dev/null" : Encoding.UTF8.GetString(buffer[..(int)n]);
    }
}
