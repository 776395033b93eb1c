using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Copies the tree that layers show into a directory, with everything there is to a file.</summary>
internal static class TreeCopy
{
    /// <param name="layers">Topmost first.</param>
    /// <param name="target">An empty directory.</param>
    public static void Copy(IReadOnlyList<string> layers, string target)
    {
        using var from = LayeredDirectory.Open(layers);
        using var to = Open.Directory(target);
        new Copier(to).Directory(from, to, []);
    }

    private sealed class Copier(PathFd root)
    {
        // Where a file with several names was first copied to.
        private readonly Dictionary<(ulong Device, ulong Inode), byte[]> _links = [];
        private bool _canClone = true;

        public void Directory(LayeredDirectory from, PathFd to, byte[] path)
        {
            foreach (byte[] name in from.Names())
            {
                byte[] at = ByteNames.Join(path, name);
                if (from.Find(name, out var file) is not { } part)
                    continue;
                if (file.IsDirectory)
                    Inner(from, to, name, at);
                else if (file.stx_nlink < 2 || !Link((file.Dev, file.stx_ino), at, to, name))
                    File(part, to, name, file, at);
            }
            // Last, for what was made inside changed the times.
            Metadata.CopyDirectory(from.Top.Number, to.Number, TarEntry.Show(path));
        }

        private void Inner(LayeredDirectory from, PathFd to, byte[] name, byte[] path)
        {
            using var inner = from.Enter(name) ?? throw new SampanException(ErrorKind.Conflict, $"\"{TarEntry.Show(path)}\" changed while it was copied");
            LinuxException.Check(Sys.Mkdirat(to.Number, name, 0x1C0), "mkdir", TarEntry.Show(path));
            using var made = new PathFd((int)LinuxException.Check(LayerTree.OpenHere(to.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY), "open", TarEntry.Show(path)));
            Directory(inner, made, path);
        }

        private bool Link((ulong, ulong) inode, byte[] path, PathFd to, byte[] name)
        {
            if (_links.TryAdd(inode, path))
                return false;
            LinuxException.Check(Sys.Linkat(root.Number, _links[inode], to.Number, name), "link", TarEntry.Show(path));
            return true;
        }

        private void File(PathFd from, PathFd to, byte[] name, in statx file, byte[] path)
        {
            string subject = TarEntry.Show(path);
            if (file.IsRegular)
            {
                Regular(from, to, name, file, subject);
                return;
            }
            nint result = file.IsSymlink
                ? Sys.Symlinkat(Readlink.Bytes(from.Number, name), to.Number, name)
                : Sys.Mknodat(to.Number, name, file.Type | 0x180, file.Rdev);
            LinuxException.Check(result, file.IsSymlink ? "symlink" : "mknod", subject);
            LinuxException.Check(Sys.Fchownat(to.Number, name, file.stx_uid, file.stx_gid), "chown", subject);
            if (!file.IsSymlink)
                LinuxException.Check(Sys.Fchmodat(to.Number, name, file.stx_mode & InodeMode.Permissions), "chmod", subject);
            byte[] target = Metadata.ProcPath(to.Number, name);
            foreach (var (key, value) in Metadata.XattrsOf(from.Number, name, subject))
                Metadata.CheckXattr(Sys.Lsetxattr(target, key, value), key, subject);
            LinuxException.Check(Sys.Utimensat(to.Number, name, Metadata.Time(file.stx_atime), Metadata.Time(file.stx_mtime)), "utimensat", subject);
        }

        private void Regular(PathFd from, PathFd to, byte[] name, in statx file, string subject)
        {
            using var source = new FileFd((int)LinuxException.Check(LayerTree.OpenHere(from.Number, name, OpenFlags.O_RDONLY), "open", subject));
            using var target = new FileFd((int)LinuxException.Check(LayerTree.OpenHere(to.Number, name, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0x180), "open", subject));
            Content(source, target, file, subject);
            LinuxException.Check(Sys.Fchown(target.Number, file.stx_uid, file.stx_gid), "chown", subject);
            LinuxException.Check(Sys.Fchmod(target.Number, file.stx_mode & InodeMode.Permissions), "chmod", subject);
            foreach (var (key, value) in Metadata.XattrsOf(source.Number, subject))
                Metadata.CheckXattr(Sys.Fsetxattr(target.Number, key, value), key, subject);
            LinuxException.Check(Sys.Futimens(target.Number, Metadata.Time(file.stx_atime), Metadata.Time(file.stx_mtime)), "utimensat", subject);
        }

        private void Content(FileFd source, FileFd target, in statx file, string subject)
        {
            if (_canClone && Sys.Ficlone(target.Number, source.Number) >= 0)
                return;
            _canClone = false; // one file system throughout: what it refuses once it refuses always
            long size = (long)file.stx_size;
            for (long at = 0; at < size;)
            {
                // Holes stay holes.
                nint data = Sys.Lseek(source.Number, at, SeekFrom.SEEK_DATA);
                if (data == -(nint)Errno.ENXIO)
                    break;
                at = LinuxException.Check(data, "lseek", subject);
                long end = LinuxException.Check(Sys.Lseek(source.Number, at, SeekFrom.SEEK_HOLE), "lseek", subject);
                LinuxException.Check(Sys.Lseek(source.Number, at, SeekFrom.SEEK_SET), "lseek", subject);
                LinuxException.Check(Sys.Lseek(target.Number, at, SeekFrom.SEEK_SET), "lseek", subject);
                FileCopy.Range(source, target, end - at, subject);
                at = end;
            }
            LinuxException.Check(Sys.Ftruncate(target.Number, size), "ftruncate", subject);
        }
    }
}

/// <summary>Copying bytes between files inside the kernel.</summary>
internal static class FileCopy
{
    /// <summary>Copies <paramref name="length"/> bytes from position to position.</summary>
    public static void Range(FileFd source, FileFd target, long length, string subject)
    {
        while (length > 0)
        {
            nint n = Sys.CopyFileRange(source.Number, target.Number, (nint)Math.Min(length, 1 << 30));
            if (n == -(nint)Errno.EXDEV || n == -(nint)Errno.EOPNOTSUPP || n == -(nint)Errno.EINVAL)
            {
                ByHand(source, target, length, subject);
                return;
            }
            if (LinuxException.Check(n, "copy_file_range", subject) == 0)
                return;
            length -= n;
        }
    }

    private static void ByHand(FileFd source, FileFd target, long length, string subject)
    {
        byte[] buffer = new byte[128 << 10];
        while (length > 0)
        {
            nint n = LinuxException.Check(Sys.Read(source.Number, buffer.AsSpan(0, (int)Math.Min(length, buffer.Length))), "read", subject);
            if (n == 0)
                return;
            LinuxException.Check(Sys.WriteAll(target.Number, buffer.AsSpan(0, (int)n)), "write", subject);
            length -= n;
        }
    }
}
