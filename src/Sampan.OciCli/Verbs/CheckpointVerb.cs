using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`checkpoint`: saves a running container to files by means of CRIU.</summary>
internal static class CheckpointVerb
{
    public static int Run(GlobalOptions global, ReadOnlySpan<string> rest)
    {
        var arguments = new Arguments(rest, [.. CriuFlags.Common, "parent-path=", "leave-running", "tcp-skip-in-flight", "link-remap", "status-fd=", "page-server=", "pre-dump"]);
        string id = arguments.ID("checkpoint");
        var criu = CriuFlags.Settings(arguments);
        new ContainerRuntime(global.Root) { Warned = global.Warn }.Checkpoint(id, new CheckpointOptions
        {
            Criu = criu,
            ParentPath = ParentPath(arguments, criu.ImagePath),
            LeaveRunning = arguments.Flag("leave-running"),
            PreDump = arguments.Flag("pre-dump"),
            TcpSkipInFlight = arguments.Flag("tcp-skip-in-flight"),
            LinkRemap = arguments.Flag("link-remap"),
            StatusFd = criu.LazyPages ? StatusFd(arguments.Number("status-fd", -1)) : -1,
            PageServer = CriuFlags.PageServer(arguments.Value("page-server")),
        });
        return 0;
    }

    private static string? ParentPath(Arguments arguments, string images)
    {
        if (arguments.Value("parent-path") is not { Length: > 0 } path)
            return null;
        if (path[0] == '/')
            throw new UsageException("--parent-path must be relative");
        if (Sys.Statx(At.AT_FDCWD, $"{images}/{path}", out var stat, flags: 0) < 0 || !stat.IsDirectory)
            throw new UsageException($"invalid --parent-path: {images}/{path}: no such directory");
        return path;
    }

    private static int StatusFd(int fd)
    {
        const int F_GETFL = 3, O_ACCMODE = 3;
        if (fd < 0)
            return -1;
        nint flags = Sys.Call(SyscallNumber.fcntl, fd, F_GETFL);
        if (flags < 0)
            throw new UsageException($"invalid --status-fd argument {fd}: {((Errno)(-flags)).Describe()}");
        return (flags & O_ACCMODE) == (nint)OpenFlags.O_RDONLY ? throw new UsageException($"invalid --status-fd argument {fd}: not writable") : fd;
    }
}
