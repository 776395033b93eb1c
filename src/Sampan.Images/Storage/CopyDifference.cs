using Sampan.Linux;

namespace Sampan.Images;

/// <summary>A container's whole tree, compared with the layers it was copied from.</summary>
internal static class CopyDifference
{
    public static void Walk(string rootfs, IReadOnlyList<string> layers, IDifference to)
    {
        using var directory = Open.Directory(rootfs);
        using var below = LayeredDirectory.Open(layers);
        new Walker(to).Directory(directory, below, [], null);
    }

    /// <summary>Directories above a difference count as changed too, as a union file system's copied-up ones do: told when the first one inside is found.</summary>
    private sealed class Above(Above? outer, byte[] path, PathFd parent, byte[] name, statx file)
    {
        private bool _told;

        public void Tell(IDifference to)
        {
            if (_told)
                return;
            outer?.Tell(to);
            _told = true;
            to.Present(path, parent, name, file, false, false);
        }
    }

    private sealed class Walker(IDifference to)
    {
        public void Directory(PathFd directory, LayeredDirectory? below, byte[] path, Above? above)
        {
            var now = Directories.Names(directory.Number, TarEntry.Show(path));
            now.Sort(ByteNames.Compare);
            var before = below?.Names() ?? [];
            int next = 0;
            foreach (byte[] name in now)
            {
                while (next < before.Count && ByteNames.Compare(before[next], name) < 0)
                    Deleted(ByteNames.Join(path, before[next++]), above);
                if (next < before.Count && ByteNames.Compare(before[next], name) == 0)
                    next++;
                Entry(directory, below, name, ByteNames.Join(path, name), above);
            }
            while (next < before.Count)
                Deleted(ByteNames.Join(path, before[next++]), above);
        }

        private void Deleted(byte[] path, Above? above)
        {
            above?.Tell(to);
            to.Deleted(path, false);
        }

        private void Entry(PathFd directory, LayeredDirectory? below, byte[] name, byte[] path, Above? above)
        {
            LinuxException.Check(Sys.Statx(directory.Number, name, out var file), "statx", TarEntry.Show(path));
            statx old = default;
            var part = below?.Find(name, out old);
            bool differs = part is null || Differs(file, directory, old, part, name, path);
            if (differs)
            {
                above?.Tell(to);
                to.Present(path, directory, name, file, part is null, false);
            }
            if (!file.IsDirectory)
                return;
            using var inner = new PathFd((int)LinuxException.Check(LayerTree.OpenHere(directory.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY), "open", TarEntry.Show(path)));
            using var innerBelow = part is not null && old.IsDirectory ? below!.Enter(name) : null;
            Directory(inner, innerBelow, path, differs ? null : new Above(above, path, directory, name, file));
        }

        /// <summary>A file's content is taken to be the same when size and modification time are: the copy kept both, to the nanosecond.</summary>
        private static bool Differs(in statx file, PathFd directory, in statx old, PathFd part, byte[] name, byte[] path)
        {
            if (file.stx_mode != old.stx_mode || file.stx_uid != old.stx_uid || file.stx_gid != old.stx_gid || file.Rdev != old.Rdev)
                return true;
            if (!file.IsDirectory && (file.stx_size != old.stx_size || file.stx_mtime.tv_sec != old.stx_mtime.tv_sec || file.stx_mtime.tv_nsec != old.stx_mtime.tv_nsec))
                return true;
            string subject = TarEntry.Show(path);
            if (file.IsSymlink && !Readlink.Bytes(directory.Number, name).AsSpan().SequenceEqual(Readlink.Bytes(part.Number, name)))
                return true;
            var now = Metadata.XattrsOf(directory.Number, name, subject);
            var before = Metadata.XattrsOf(part.Number, name, subject);
            if (now.Count != before.Count)
                return true;
            for (int i = 0; i < now.Count; i++)
                if (!now[i].Name.AsSpan().SequenceEqual(before[i].Name) || !now[i].Value.AsSpan().SequenceEqual(before[i].Value))
                    return true;
            return false;
        }
    }
}
