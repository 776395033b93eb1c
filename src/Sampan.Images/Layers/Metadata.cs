using System.Text;
using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Owner, mode, times and attributes of files: setting, reading, copying.</summary>
internal static class Metadata
{
    /// <summary>Bytes; the kernel's limit on a value, and on a list of names.</summary>
    private const int XattrMax = 64 << 10;

    /// <summary>Where lsetxattr(2) and its kin find a name in an open directory; they have no *at form before Linux 6.13.</summary>
    public static byte[] ProcPath(int directory, ReadOnlySpan<byte> name) => [.. Encoding.ASCII.GetBytes($"/proc/self/fd/{directory}/"), .. name];

    /// <summary>
    /// True for attributes that belong to an image. Not those that steer overlayfs, which an image could use to show files of other layers;
    /// nor labels and measurements of the host's own policy.
    /// </summary>
    public static bool IsImageXattr(ReadOnlySpan<byte> name)
        => !name.StartsWith(Overlay.Prefix) && !name.StartsWith(Overlay.UserPrefix) && !name.SequenceEqual("security.selinux"u8)
            && !name.SequenceEqual("security.ima"u8) && !name.SequenceEqual("security.evm"u8);

    /// <summary>What a failure to set an attribute means: where the file system has no attributes of a kind, only capabilities are worth failing for.</summary>
    public static void CheckXattr(nint result, ReadOnlySpan<byte> name, string subject)
    {
        if (result >= 0 || (result == -(nint)Errno.EOPNOTSUPP && !name.SequenceEqual("security.capability"u8)))
            return;
        LinuxException.Throw(result, "setxattr", $"{subject} ({TarEntry.Show(name)})");
    }

    public static timespec Time(FileTime time) => new() { tv_sec = time.Seconds, tv_nsec = time.Nanoseconds };

    public static timespec Time(statx_timestamp time) => new() { tv_sec = time.tv_sec, tv_nsec = time.tv_nsec };

    /// <summary>All attributes of an open file that belong to an image, sorted.</summary>
    public static List<Xattr> XattrsOf(int fd, string subject) => Collect(list => Sys.Flistxattr(fd, list), (name, value) => Sys.Fgetxattr(fd, name, value), subject);

    /// <summary>Of <paramref name="name"/> itself, when it is a link too.</summary>
    public static List<Xattr> XattrsOf(int directory, byte[] name, string subject)
    {
        byte[] path = ProcPath(directory, name);
        return Collect(list => Sys.Llistxattr(path, list), (key, value) => Sys.Lgetxattr(path, key, value), subject);
    }

    /// <summary>Gives one open directory the owner, mode, attributes and times of another.</summary>
    public static void CopyDirectory(int from, int to, string subject)
    {
        LinuxException.Check(Sys.Fstat(from, out var file), "statx", subject);
        LinuxException.Check(Sys.Fchown(to, file.stx_uid, file.stx_gid), "chown", subject);
        LinuxException.Check(Sys.Fchmod(to, file.stx_mode & InodeMode.Permissions), "chmod", subject);
        foreach (var (name, value) in XattrsOf(from, subject))
            CheckXattr(Sys.Fsetxattr(to, name, value), name, subject);
        LinuxException.Check(Sys.Futimens(to, Time(file.stx_atime), Time(file.stx_mtime)), "utimensat", subject);
    }

    private delegate nint ListNames(Span<byte> list);

    private delegate nint GetValue(byte[] name, Span<byte> value);

    private static List<Xattr> Collect(ListNames names, GetValue get, string subject)
    {
        var found = new List<Xattr>();
        nint size = names(default);
        if (size == 0 || size == -(nint)Errno.EOPNOTSUPP)
            return found;
        byte[] list = new byte[XattrMax];
        size = LinuxException.Check(names(list), "listxattr", subject);
        byte[]? buffer = null;
        foreach (var range in list.AsSpan(0, (int)size).Split((byte)0))
        {
            var name = list.AsSpan(range);
            if (name.IsEmpty || !IsImageXattr(name))
                continue;
            buffer ??= new byte[XattrMax];
            byte[] key = name.ToArray();
            nint length = get(key, buffer);
            if (length != -(nint)Errno.ENODATA)
                found.Add(new Xattr(key, buffer.AsSpan(0, (int)LinuxException.Check(length, "getxattr", subject)).ToArray()));
        }
        found.Sort(static (a, b) => ByteNames.Compare(a.Name, b.Name));
        return found;
    }
}
