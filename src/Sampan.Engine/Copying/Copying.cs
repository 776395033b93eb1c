using System.Runtime.ExceptionServices;
using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>How <c>cp</c> copies.</summary>
public sealed class CopyOptions
{
    /// <summary>A source that is a link is followed.</summary>
    public bool FollowLink { get; init; }

    /// <summary>Owners stay, by number. Otherwise all belongs to the container's root, or to whoever copies out of it.</summary>
    public bool Archive { get; init; }
}

/// <summary>Copying between a container and the host. The container may run, and may do what it likes meanwhile.</summary>
public sealed partial class ContainerEngine
{
    private const int CopyBuffer = 256 << 10;

    /// <summary>Copies <paramref name="source"/> out of a container.</summary>
    /// <param name="source">In the container. Ending in <c>/.</c>: what is in that directory.</param>
    /// <param name="target">On the host.</param>
    /// <returns>Bytes of the files copied.</returns>
    public long CopyOut(ContainerRecord record, string source, string target, CopyOptions options)
    {
        using var files = OpenFiles(record);
        using var host = Open.Path("/", OpenFlags.O_DIRECTORY);
        var from = Source(files.Root, InContainer(source), $"{record.Name}:{source}", guarded: true, options);
        var to = new CopyPlace(host, OnHost(target), target, guarded: false);
        Tell(record, "archive-path");
        uint uid = (uint)Sys.Call(SyscallNumber.geteuid), gid = (uint)Sys.Call(SyscallNumber.getegid);
        return Copy(from, to, confined: true, options.Archive, id => IdMappings.Inside(record.IdMappings, id), (u, g) => options.Archive ? (u, g) : (uid, gid));
    }

    /// <summary>Copies <paramref name="source"/> into a container.</summary>
    /// <param name="source">On the host. Ending in <c>/.</c>: what is in that directory.</param>
    /// <param name="target">In the container.</param>
    /// <returns>Bytes of the files copied.</returns>
    public long CopyIn(ContainerRecord record, string source, string target, CopyOptions options)
    {
        using var files = OpenFiles(record);
        using var host = Open.Path("/", OpenFlags.O_DIRECTORY);
        var from = Source(host, OnHost(source), source, guarded: false, options);
        var to = new CopyPlace(files.Root, InContainer(target), $"{record.Name}:{target}", guarded: true);
        Tell(record, "extract-to-dir");
        return Copy(from, to, confined: false, true, static id => id, (u, g) => options.Archive ? Outside(record, u, g) : Outside(record, 0, 0));
    }

    /// <summary>Writes a file or directory of a container as a tar archive.</summary>
    public void CopyOut(ContainerRecord record, string source, Stream tar, CopyOptions options)
    {
        using var files = OpenFiles(record);
        var from = Source(files.Root, InContainer(source), $"{record.Name}:{source}", guarded: true, options);
        string name = from.Place.MeansContents || from.Called.Length == 0 ? "." : from.Called;
        using var parent = from.Place.OpenParent();
        Tell(record, "archive-path");
        TreeArchive.Write(parent, from.Entry, System.Text.Encoding.UTF8.GetBytes(name), id => IdMappings.Inside(record.IdMappings, id), tar);
    }

    /// <summary>Unpacks a tar archive into a directory of a container. Owners are those of the archive.</summary>
    public void CopyIn(ContainerRecord record, Stream tar, string target)
    {
        using var files = OpenFiles(record);
        var to = new CopyPlace(files.Root, InContainer(target), $"{record.Name}:{target}", guarded: true);
        if (to.Find() is not { IsDirectory: true })
            throw new SampanException(ErrorKind.InvalidArgument, $"destination \"{record.Name}:{target}\" must be a directory");
        Tell(record, "extract-to-dir");
        using var extraction = new TreeExtraction(files.Root, to.Path, confined: false, keepsRights: true, (u, g) => Outside(record, u, g));
        extraction.Unpack(tar);
    }

    private ContainerFiles OpenFiles(ContainerRecord record)
    {
        // Its monitor starts it again without asking for anybody's lock: two would have its files mounted.
        if (record.Started && StatusOf(record).Phase == ContainerPhase.Restarting)
            throw new SampanException(ErrorKind.Conflict, $"container {record.Name} is restarting: stop it first, or try again once it runs");
        return ContainerFiles.Open(_containers, record);
    }

    /// <param name="Called">The name it was typed by, which a link's target takes over.</param>
    private sealed record CopySource(CopyPlace Place, string Called, bool IsDirectory)
    {
        /// <summary>In the parent that <see cref="CopyPlace.OpenParent"/> opens.</summary>
        public byte[] Entry => Place.IsItself ? [(byte)'.'] : System.Text.Encoding.UTF8.GetBytes(Place.Name);
    }

    private static CopySource Source(PathFd root, string path, string shown, bool guarded, CopyOptions options)
    {
        var place = new CopyPlace(root, path, shown, guarded);
        string called = place.IsItself ? ParentNameOf(place) : place.Name;
        if (options.FollowLink || place.NamesDirectory)
            place.Follow();
        using var parent = place.OpenParent();
        string name = place.IsItself ? "." : place.Name;
        nint result = Sys.Statx(parent.Number, name, out var file);
        if (result == -(nint)Errno.ENOENT)
            throw new SampanException(ErrorKind.NotFound, $"could not find the file {shown}");
        LinuxException.Check(result, "stat", shown);
        if (place.NamesDirectory && !file.IsDirectory)
            throw new SampanException(ErrorKind.InvalidArgument, $"{shown}: not a directory");
        return new CopySource(place, called, file.IsDirectory);
    }

    /// <summary>What <c>x/y/.</c> is called: y.</summary>
    private static string ParentNameOf(CopyPlace place) => place.MeansContents ? place.Path[..^2].TrimEnd('/') is var path ? path[(path.LastIndexOf('/') + 1)..] : "" : "";

    /// <summary>By the rules of docker cp: into a directory that is there, else as the name that was given.</summary>
    private static (string Directory, string Entry) Destination(CopySource from, CopyPlace to)
    {
        if (to.Find() is { } there)
        {
            if (there.IsDirectory)
                return (to.Path, from.Place.MeansContents || from.Place.IsItself ? "" : from.Called);
            if (from.IsDirectory)
                throw new SampanException(ErrorKind.InvalidArgument, $"cannot copy a directory onto a file: {to.Shown}");
            if (!there.IsRegular)
                throw new SampanException(ErrorKind.InvalidArgument, $"destination \"{to.Shown}\" must be a directory or a regular file");
        }
        else if (to.NamesDirectory && !from.IsDirectory)
            throw new SampanException(ErrorKind.NotFound, $"no such directory: {to.Shown}");
        // A link there is not replaced by the file: what it leads to is.
        to.Follow(evenMissing: true);
        to.OpenParent().Dispose();
        return (to.ParentPath, to.Name);
    }

    private static long Copy(CopySource from, CopyPlace to, bool confined, bool keepsRights, Func<uint, uint> ids, Func<uint, uint, (uint Uid, uint Gid)> owner)
    {
        var (directory, entry) = Destination(from, to);
        using var extraction = new TreeExtraction(to.Root, directory, confined, keepsRights, owner);
        var (reader, writer) = Pipe.Create();
        ExceptionDispatchInfo? failure = null;
        long size = 0;
        using var parent = from.Place.OpenParent();
        var thread = new Thread(() =>
        {
            try
            {
                using var stream = new BufferedStream(new FdStream(writer, "the copy"), CopyBuffer);
                size = TreeArchive.Write(parent, from.Entry, System.Text.Encoding.UTF8.GetBytes(entry), ids, stream);
            }
            catch (LinuxException e) when (e is { Errno: Errno.EPIPE, Call: "write" })
            {
                // The other side has failed, and says why.
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
                writer.Dispose();
            }
        });
        thread.Start();
        try
        {
            using var stream = new FdStream(reader, "the copy");
            extraction.Unpack(stream);
        }
        catch (SampanException) when (Ended(thread, reader) && failure is not null)
        {
            // It was cut short for the reason below.
        }
        thread.Join();
        failure?.Throw();
        return size;
    }

    /// <summary>The writer, whom nobody reads any more, comes to its end.</summary>
    private static bool Ended(Thread writer, PipeFd reader)
    {
        reader.Dispose();
        writer.Join();
        return true;
    }

    private static (uint Uid, uint Gid) Outside(ContainerRecord record, uint uid, uint gid) => (IdMappings.Outside(record.IdMappings, uid), IdMappings.Outside(record.IdMappings, gid));

    private static string InContainer(string path) => path.StartsWith('/') ? path : $"/{path}";

    private static string OnHost(string path) => path.StartsWith('/') ? path : $"{Readlink.Text("/proc/self/cwd").TrimEnd('/')}/{path}";
}
