using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Whether each mount fits what the image has at its destination: a directory goes on a directory, a file on a file.</summary>
internal static class MountTargets
{
    /// <summary>A link in the image is not followed: the launcher looks there with the kernel's help, and says what it finds.</summary>
    /// <param name="view">The container's directories, topmost first.</param>
    public static void Check(IReadOnlyList<string> view, List<MountPoint> mounts)
    {
        foreach (var mount in mounts)
        {
            if (mount.Type != "bind")
                continue;
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, mount.Source!, out var source, 0), "stat", mount.Source!);
            if (LayeredKind.IsDirectory(view, mount.Destination!) is { } directory && directory != source.IsDirectory)
                throw new SampanException(ErrorKind.InvalidArgument, directory
                    ? $"cannot mount {mount.Source} on {mount.Destination}: the source on the host is a file, and the destination in the image is a directory"
                    : $"cannot mount {mount.Source} on {mount.Destination}: the source on the host is a directory, and the destination in the image is a file");
        }
    }
}
