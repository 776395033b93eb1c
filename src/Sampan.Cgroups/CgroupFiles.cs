using System.Text;
using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>The directories and files of a cgroup file system.</summary>
internal static class CgroupFiles
{
    private const byte DT_DIR = 4;

    /// <summary>Whole text of a file, or null when this cgroup has none of that name.</summary>
    public static string? Read(string directory, string file) => SmallFile.ReadIfExists($"{directory}/{file}");

    /// <summary>A file of one number; <c>max</c> is <see cref="ulong.MaxValue"/>; null when there is no such file.</summary>
    public static ulong? Number(string directory, string file)
    {
        if (Read(directory, file) is not { } text)
            return null;
        var value = text.AsSpan().Trim();
        // v1 says -1 of what is without limit where it does not say the greatest number of pages.
        return value is "max" or "-1" ? ulong.MaxValue : ulong.TryParse(value, out ulong number) ? number : null;
    }

    /// <summary>The value of <paramref name="key"/> in a file of "key value" lines, or null.</summary>
    public static ulong? Keyed(string directory, string file, string key)
        => Read(directory, file) is { } text ? KeyedIn(text, key) : null;

    public static ulong? KeyedIn(ReadOnlySpan<char> text, ReadOnlySpan<char> key)
    {
        foreach (var line in text.EnumerateLines())
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key, StringComparison.Ordinal)
                && ulong.TryParse(line[(key.Length + 1)..].Trim(), out ulong value))
                return value;
        return null;
    }

    /// <summary>Makes <paramref name="directory"/> and those above it, and adds each one made to <paramref name="made"/>.</summary>
    public static void Make(string directory, List<string> made)
    {
        nint result = Sys.Mkdirat(At.AT_FDCWD, directory, 0x1ED);
        if (result == -(nint)Errno.ENOENT)
        {
            Make(directory[..directory.LastIndexOf('/')], made);
            result = Sys.Mkdirat(At.AT_FDCWD, directory, 0x1ED);
        }
        if (result == 0)
            made.Add(directory);
        else if (result != -(nint)Errno.EEXIST)
            LinuxException.Throw(result, "mkdir", directory);
    }

    /// <summary>Whether this process may make <paramref name="directory"/>, or, where it is there already, put itself into it.</summary>
    public static bool MayMake(string directory)
    {
        nint result = Sys.Faccessat(At.AT_FDCWD, $"{directory}/cgroup.procs", Sys.W_OK);
        for (string path = directory; result == -(nint)Errno.ENOENT && path.LastIndexOf('/') is > 0 and var slash;)
        {
            path = path[..slash];
            result = Sys.Faccessat(At.AT_FDCWD, path, Sys.W_OK);
        }
        return result == 0;
    }

    /// <summary>The cgroups directly below; none when the directory is gone.</summary>
    public static List<string> Children(string directory)
    {
        var children = new List<string>();
        nint fd = Sys.Openat(At.AT_FDCWD, directory, OpenFlags.O_DIRECTORY | OpenFlags.O_RDONLY);
        if (fd == -(nint)Errno.ENOENT)
            return children;
        using var open = new PathFd((int)LinuxException.Check(fd, "open", directory));
        Span<byte> buffer = stackalloc byte[8192];
        while (true)
        {
            int n = (int)LinuxException.Check(Sys.Getdents64(open.Number, buffer), "getdents64", directory);
            if (n == 0)
                return children;
            // struct linux_dirent64: d_reclen at 16, d_type at 18, d_name at 19.
            for (int at = 0; at < n; at += BitConverter.ToUInt16(buffer[(at + 16)..]))
            {
                var name = buffer[(at + 19)..];
                name = name[..name.IndexOf((byte)0)];
                if (buffer[at + 18] == DT_DIR && !name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    children.Add($"{directory}/{Encoding.UTF8.GetString(name)}");
            }
        }
    }

    /// <summary>Adds the processes of a cgroup, and of those below it.</summary>
    public static void Pids(string directory, bool recursive, List<int> pids)
    {
        string path = $"{directory}/cgroup.procs";
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDONLY);
        if (fd == -(nint)Errno.ENOENT || fd == -(nint)Errno.ENODEV)
            return;
        using (var file = new FileFd((int)LinuxException.Check(fd, "open", path)))
        {
            Span<byte> buffer = stackalloc byte[4096];
            int pid = 0;
            while (true)
            {
                nint n = Sys.Read(file.Number, buffer);
                // A threaded v2 cgroup: its processes are listed in the domain above it.
                if (n == 0 || n == -(nint)Errno.EOPNOTSUPP || n == -(nint)Errno.ENODEV)
                    break;
                foreach (byte b in buffer[..(int)LinuxException.Check(n, "read", path)])
                    if (b != '\n')
                        pid = pid * 10 + b - '0';
                    else
                    {
                        // 0: a process that this PID namespace cannot name.
                        if (pid > 0)
                            pids.Add(pid);
                        pid = 0;
                    }
            }
        }
        if (recursive)
            foreach (string child in Children(directory))
                Pids(child, true, pids);
    }
}
