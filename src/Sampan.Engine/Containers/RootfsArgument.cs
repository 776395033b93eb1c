using Sampan.Linux;

namespace Sampan.Engine;

/// <summary><c>--rootfs</c>: <c>DIR</c>, or <c>DIR:O</c> for an overlay over it.</summary>
/// <param name="Directory">Absolute.</param>
internal sealed record RootfsArgument(string Directory, bool Overlay)
{
    /// <exception cref="SampanException">Not an absolute path, or no directory.</exception>
    public static RootfsArgument Parse(string text)
    {
        bool overlay = text.EndsWith(":O", StringComparison.Ordinal);
        string path = overlay ? text[..^2] : text;
        if (!path.StartsWith('/'))
            throw new SampanException(ErrorKind.InvalidArgument, $"--rootfs {text}: want the absolute path of a directory, with :O for an overlay over it");
        path = AbsolutePath.Clean(path);
        LinuxException.Check(Sys.Statx(At.AT_FDCWD, path, out var stat, 0), "stat", path);
        return stat.IsDirectory ? new RootfsArgument(path, overlay) : throw new SampanException(ErrorKind.InvalidArgument, $"--rootfs {path}: not a directory");
    }
}
