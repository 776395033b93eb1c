namespace Sampan.Linux;

/// <summary>Removing a directory with all that is in it, however deep, by descriptors: no link is ever followed and no mount entered.</summary>
public static class TreeRemoval
{
    /// <summary>Below this, directories are moved up to the top before they are emptied, so that a tree of any depth costs few descriptors.</summary>
    private const int MaxDepth = 100;

    /// <summary>Removes <paramref name="path"/>; one that does not exist is no error.</summary>
    public static void Remove(string path) => RemoveAt(At.AT_FDCWD, path);

    /// <summary>Removes what <paramref name="name"/> is in <paramref name="directory"/>, of any type.</summary>
    public static void RemoveAt(int directory, FileName name)
    {
        nint result = Sys.Unlinkat(directory, name);
        if (result == 0 || result == -(nint)Errno.ENOENT)
            return;
        if (result != -(nint)Errno.EISDIR)
            LinuxException.Throw(result, "unlink", name.ToString());
        nint fd = OpenDirectory(directory, name);
        if (fd == -(nint)Errno.ENOENT)
            return;
        using (var top = new PathFd((int)LinuxException.Check(fd, "open", name.ToString())))
            Empty(top, top, 0, name.ToString());
        result = Sys.Unlinkat(directory, name, At.AT_REMOVEDIR);
        if (result != -(nint)Errno.ENOENT)
            LinuxException.Check(result, "rmdir", name.ToString());
    }

    private static void Empty(PathFd directory, PathFd top, int depth, string subject)
    {
        // Names moved up to the top while it is being emptied show in its next listing: list until nothing is left.
        while (true)
        {
            LinuxException.Check(Sys.Lseek(directory.Number, 0, SeekFrom.SEEK_SET), "lseek", subject);
            var names = Directories.Names(directory.Number, subject);
            if (names.Count == 0)
                return;
            foreach (byte[] name in names)
                RemoveEntry(directory, name, top, depth, subject);
            if (depth > 0)
                return;
        }
    }

    private static void RemoveEntry(PathFd directory, byte[] name, PathFd top, int depth, string subject)
    {
        nint result = Sys.Unlinkat(directory.Number, name);
        if (result == 0 || result == -(nint)Errno.ENOENT)
            return;
        if (result != -(nint)Errno.EISDIR)
            LinuxException.Throw(result, "unlink", subject);
        if (depth >= MaxDepth)
        {
            string unique = $".lifted-{Guid.NewGuid():N}";
            LinuxException.Check(Sys.Renameat2(directory.Number, name, top.Number, unique), "rename", subject);
            return;
        }
        nint fd = OpenDirectory(directory.Number, name);
        if (fd == -(nint)Errno.ENOENT)
            return; // somebody else is at it, too
        using (var child = new PathFd((int)LinuxException.Check(fd, "open", subject)))
            Empty(child, top, depth + 1, subject);
        result = Sys.Unlinkat(directory.Number, name, At.AT_REMOVEDIR);
        if (result != -(nint)Errno.ENOENT)
            LinuxException.Check(result, "rmdir", subject);
    }

    private static nint OpenDirectory(int directory, FileName name)
    {
        using var p = name.ToCString();
        return Sys.Retry(SyscallNumber.openat, directory, p, (nint)(OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC));
    }
}
