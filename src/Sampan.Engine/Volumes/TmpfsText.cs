namespace Sampan.Engine;

/// <summary>Options of <c>--tmpfs</c>: those of <see href="https://man7.org/linux/man-pages/man5/tmpfs.5.html">tmpfs(5)</see> and of mounts.</summary>
internal static class TmpfsText
{
    private static ReadOnlySpan<string> Values => new[] { "size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", "huge" };

    private static ReadOnlySpan<string> Words => new[]
    {
        "defaults", "ro", "rw", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "dirsync", "mand", "nomand", "atime", "noatime", "diratime", "nodiratime",
        "relatime", "norelatime", "strictatime", "nostrictatime", "private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable", "inode32", "inode64", "noswap",
    };

    /// <exception cref="SampanException">An option that is none.</exception>
    public static void Check(string path, string options)
    {
        if (path == "/")
            throw new SampanException(ErrorKind.InvalidArgument, "invalid --tmpfs \"/\": destination can't be '/'");
        foreach (string option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = option.IndexOf('=');
            if (equals < 0 ? Words.IndexOf(option) < 0 : Values.IndexOf(option[..equals]) < 0)
                throw new SampanException(ErrorKind.InvalidArgument, $"invalid tmpfs option \"{option}\" of --tmpfs {path}");
        }
    }
}
