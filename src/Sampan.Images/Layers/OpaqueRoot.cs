using Sampan.Linux;

namespace Sampan.Images;

/// <summary>
/// A layer that hides everything below it. overlayfs knows no opaque root, so what lies below is hidden name by name.
/// </summary>
internal static class OpaqueRoot
{
    public static void Apply(PathFd root, IReadOnlyList<string> below)
    {
        if (below.Count == 0)
            return;
        using var lower = LayeredDirectory.Open(below);
        foreach (byte[] name in lower.Names())
        {
            nint result = Overlay.MakeWhiteout(root.Number, name);
            if (result != -(nint)Errno.EEXIST)
            {
                LinuxException.Check(result, "mknod", TarEntry.Show(name));
                continue;
            }
            nint fd = LayerTree.OpenHere(root.Number, name, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
            if (fd < 0)
                continue;
            using var directory = new PathFd((int)fd);
            LinuxException.Check(Overlay.MakeOpaque(directory.Number), "setxattr", TarEntry.Show(name));
        }
    }
}
