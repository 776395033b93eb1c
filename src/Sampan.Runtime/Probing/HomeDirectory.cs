using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>The home directory of the container's user, as runc gives it where the specification sets no HOME: passwd(5).</summary>
internal static class HomeDirectory
{
    private const int Limit = 1 << 20;

    public static string Of(Process process, string rootfs)
    {
        if (process.Env?.FindLast(static e => e.StartsWith("HOME=", StringComparison.Ordinal)) is { Length: > 5 })
            return "/";
        string uid = (process.User?.Uid ?? 0).ToString(CultureInfo.InvariantCulture);
        foreach (string line in Passwd(rootfs).Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 6 && fields[2] == uid && fields[5].StartsWith('/'))
                return fields[5];
        }
        return "/";
    }

    // The image decides what lies there: resolved in its root, no more than a megabyte, and not opened before it is known to be a regular file: to open a
    // device can do something already, and a fifo has somebody at its other end.
    private static string Passwd(string rootfs)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, rootfs, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY);
        if (fd < 0)
            return "";
        using var root = new PathFd((int)fd);
        fd = Sys.Openat2(root.Number, "etc/passwd", OpenFlags.O_PATH, ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS);
        if (fd < 0)
            return "";
        using var found = new PathFd((int)fd);
        if (Sys.Fstat(found.Number, out var stat) < 0 || !stat.IsRegular || stat.stx_size > Limit)
            return "";
        fd = Sys.Openat(At.AT_FDCWD, $"/proc/self/fd/{found.Number}", OpenFlags.O_RDONLY);
        if (fd < 0)
            return "";
        using var file = new FileFd((int)fd);
        byte[] text = new byte[stat.stx_size];
        nint n = Sys.ReadAll(file.Number, text);
        return n < 0 ? "" : Encoding.UTF8.GetString(text, 0, (int)n);
    }
}
