using Sampan.Linux;

namespace Sampan.Images;

/// <summary>What lies in an overlay's upper directory, compared with the layers below.</summary>
internal static class OverlayDifference
{
    public static void Walk(string upper, IReadOnlyList<string> layers, IDifference to)
    {
        using var directory = Open.Directory(upper);
        using var below = LayeredDirectory.Open(layers);
        Walk(directory, below, [], false, to);
    }

    /// <param name="below">The same directory in the image; null when the image has none.</param>
    /// <param name="opaque">Nothing of <paramref name="below"/> shows; it is still what the container differs from.</param>
    private static void Walk(PathFd directory, LayeredDirectory? below, byte[] path, bool opaque, IDifference to)
    {
        var names = Directories.Names(directory.Number, TarEntry.Show(path));
        names.Sort(ByteNames.Compare);
        List<byte[]> hidden = opaque && below is not null ? below.Names() : [];
        int next = 0;
        foreach (byte[] name in names)
        {
            while (next < hidden.Count && ByteNames.Compare(hidden[next], name) < 0)
                to.Deleted(ByteNames.Join(path, hidden[next++]), true);
            if (next < hidden.Count && ByteNames.Compare(hidden[next], name) == 0)
                next++;
            Entry(directory, below, name, ByteNames.Join(path, name), opaque, to);
        }
        while (next < hidden.Count)
            to.Deleted(ByteNames.Join(path, hidden[next++]), true);
    }

    private static void Entry(PathFd directory, LayeredDirectory? below, byte[] name, byte[] path, bool parentOpaque, IDifference to)
    {
        LinuxException.Check(Sys.Statx(directory.Number, name, out var file), "statx", TarEntry.Show(path));
        statx old = default;
        bool existed = below?.Find(name, out old) is not null;
        if (Overlay.IsWhiteout(file))
        {
            if (existed)
                to.Deleted(path, parentOpaque);
            return;
        }
        if (!file.IsDirectory)
        {
            to.Present(path, directory, name, file, !existed, false);
            return;
        }
        nint fd = LayerTree.OpenHere(directory.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        using var inner = new PathFd((int)LinuxException.Check(fd, "open", TarEntry.Show(path)));
        using var innerBelow = existed && old.IsDirectory ? below!.Enter(name) : null;
        bool opaque = Overlay.IsOpaque(inner.Number);
        // Under an opaque parent everything is: the layer's archive says so once, at the top.
        to.Present(path, directory, name, file, !existed, opaque && innerBelow is not null && !parentOpaque);
        Walk(inner, innerBelow, path, (opaque || parentOpaque) && innerBelow is not null, to);
    }
}
