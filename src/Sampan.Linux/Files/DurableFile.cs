namespace Sampan.Linux;

/// <summary>Files that are either wholly there or not at all, whatever happens: temp file, fsync, rename, fsync of the directory.</summary>
public static class DurableFile
{
    /// <summary>Replaces <paramref name="path"/> by <paramref name="content"/>. Concurrent writers of one path need a lock around this.</summary>
    /// <remarks>A kill leaves at most <c>PATH.tmp</c>, which the next write overwrites.</remarks>
    public static void Write(string path, ReadOnlySpan<byte> content, uint mode = 0x180, bool sync = true)
    {
        string temporary = path + ".tmp";
        try
        {
            WriteTemporary(temporary, content, mode, sync);
            LinuxException.Check(Sys.Renameat2(At.AT_FDCWD, temporary, At.AT_FDCWD, path), "rename", path);
        }
        catch
        {
            Sys.Unlinkat(At.AT_FDCWD, temporary);
            throw;
        }
        if (sync)
            SyncDirectory(path[..Math.Max(path.LastIndexOf('/'), 1)]);
    }

    private static void WriteTemporary(string temporary, ReadOnlySpan<byte> content, uint mode, bool sync)
    {
        using var file = Open.File(temporary, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC, mode);
        LinuxException.Check(Sys.WriteAll(file.Number, content), "write", temporary);
        if (sync)
            LinuxException.Check(Sys.Fsync(file.Number), "fsync", temporary);
    }

    /// <summary>Makes names that were created, renamed or removed in <paramref name="directory"/> survive a power cut.</summary>
    public static void SyncDirectory(string directory)
    {
        using var fd = Open.Directory(directory);
        LinuxException.Check(Sys.Fsync(fd.Number), "fsync", directory);
    }
}
