using System.Text;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>A path of <c>cp</c>, on the host or in a container, looked up in its root by the kernel.</summary>
internal sealed class CopyPlace
{
    /// <summary>As the kernel's MAXSYMLINKS.</summary>
    private const int MostLinks = 40;

    private readonly ResolveFlags _resolve;

    /// <param name="path">Absolute; as it was typed otherwise: its end may say <c>/</c> or <c>/.</c>.</param>
    /// <param name="guarded">The root is a container's: links of procfs, which may lead anywhere, are refused.</param>
    public CopyPlace(PathFd root, string path, string shown, bool guarded)
    {
        (Root, Path, Shown) = (root, path, shown);
        _resolve = ResolveFlags.RESOLVE_IN_ROOT | (guarded ? ResolveFlags.RESOLVE_NO_MAGICLINKS : 0);
    }

    public PathFd Root { get; }

    public string Path { get; private set; }

    /// <summary>For messages.</summary>
    public string Shown { get; }

    /// <summary>The end says that it is a directory.</summary>
    public bool NamesDirectory => Path.EndsWith('/') || IsItself;

    /// <summary>It is not a name in a directory but a directory itself: <c>/</c>, <c>x/.</c>, <c>x/..</c>.</summary>
    public bool IsItself => Name is "" or "." or "..";

    /// <summary><c>x/.</c>: what is in it, not it.</summary>
    public bool MeansContents => Path.EndsWith("/.", StringComparison.Ordinal);

    /// <summary>The last component; empty for the root.</summary>
    public string Name => Path.TrimEnd('/') is var trimmed ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : "";

    public string ParentPath => Path.TrimEnd('/') is var trimmed && trimmed.LastIndexOf('/') is > 0 and var slash ? trimmed[..slash] : "/";

    /// <summary>What is there, links followed; null: nothing.</summary>
    public statx? Find()
    {
        nint fd = Sys.Openat2(Root.Number, Path, OpenFlags.O_PATH, _resolve);
        if (fd == -(nint)Errno.ENOENT)
            return null;
        if (fd == -(nint)Errno.ENOTDIR && Path.EndsWith('/'))
            throw new SampanException(ErrorKind.InvalidArgument, $"{Shown}: not a directory");
        using var there = new PathFd((int)LinuxException.Check(fd, "open", Shown));
        LinuxException.Check(Sys.Fstat(there.Number, out var file), "stat", Shown);
        return file;
    }

    /// <summary>Opens the directory that has the last component: of <c>x/.</c>, that directory itself.</summary>
    public PathFd OpenParent()
    {
        string path = IsItself ? Path : ParentPath;
        nint fd = Sys.Openat2(Root.Number, path, OpenFlags.O_PATH | OpenFlags.O_DIRECTORY, _resolve);
        if (fd == -(nint)Errno.ENOENT || fd == -(nint)Errno.ENOTDIR)
            throw new SampanException(ErrorKind.NotFound, $"no such directory: {(IsItself ? Shown : $"{Shown[..^Path.Length]}{path}")}");
        return new PathFd((int)LinuxException.Check(fd, "open", Shown));
    }

    /// <summary>Goes on to where a link leads, and where that leads, each looked up in the root; the name stays what it was called by.</summary>
    /// <param name="evenMissing">The last one may lead to nothing.</param>
    public void Follow(bool evenMissing = false)
    {
        for (int i = 0; i < MostLinks; i++)
        {
            if (IsItself)
                return;
            using var parent = OpenParent();
            nint found = Sys.Statx(parent.Number, Name, out var file);
            if (found == -(nint)Errno.ENOENT && evenMissing)
                return;
            LinuxException.Check(found, "stat", Shown);
            if (!file.IsSymlink)
                return;
            string target = Encoding.UTF8.GetString(Readlink.Bytes(parent.Number, Name));
            Path = target.StartsWith('/') ? target : $"{ParentPath.TrimEnd('/')}/{target}";
        }
        throw new SampanException(ErrorKind.InvalidArgument, $"{Shown}: too many links in one another");
    }
}
