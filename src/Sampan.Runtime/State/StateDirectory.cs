using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>One container's directory below the runtime's root: <c>state.json</c>, a copy of <c>config.json</c>, <c>start.sock</c>.</summary>
internal sealed class StateDirectory
{
    public const string StartSocket = "start.sock";
    private const string StateFile = "state.json", ConfigFile = "config.json", ProcessFile = "process";

    private StateDirectory(string root, string id) => (ID, Path) = (id, $"{root}/{id}");

    public string ID { get; }

    public string Path { get; }

    /// <summary>Makes the directory: the container's name is taken from here on.</summary>
    public static StateDirectory Make(string root, string id)
    {
        CheckID(id);
        Mkdir.Parents(root, 0x1C0);
        var directory = new StateDirectory(root, id);
        nint result = Sys.Mkdirat(At.AT_FDCWD, directory.Path, 0x1C0);
        if (result == -(nint)Errno.EEXIST)
            throw new SampanException(ErrorKind.AlreadyExists, $"container with given ID already exists: {id}");
        LinuxException.Check(result, "mkdir", directory.Path);
        return directory;
    }

    /// <exception cref="SampanException">No such container.</exception>
    public static StateDirectory Open(string root, string id)
    {
        CheckID(id);
        var directory = new StateDirectory(root, id);
        if (Sys.Statx(At.AT_FDCWD, directory.Path, out _) < 0)
            throw new SampanException(ErrorKind.NotFound, $"container does not exist: {id}");
        return directory;
    }

    public static List<string> IDs(string root)
    {
        var ids = Directories.NamesIfExists(root) ?? [];
        ids.Sort(StringComparer.Ordinal);
        return ids;
    }

    // A name becomes a path: nothing that could leave the root.
    private static void CheckID(string id)
    {
        if (id.Length == 0)
            throw new SampanException(ErrorKind.InvalidArgument, "container id cannot be empty");
        if (id.Length > 1024 || id is "." or ".." || !id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.'))
            throw new SampanException(ErrorKind.InvalidArgument, $"invalid container id \"{(id.Length > 64 ? id[..64] + "…" : id)}\": want up to 1024 letters, digits, _, +, - and .");
    }

    /// <summary>Held while the container is created, started or deleted: flock(2) of the directory, which the kernel drops when its holder dies.</summary>
    public StateLock Lock()
    {
        var file = Linux.Open.File(Path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY);
        LinuxException.Check(Sys.Flock(file.Number, FlockOperation.LOCK_EX), "flock", Path);
        return new StateLock(file);
    }

    /// <summary>Null: the creator has not got that far, or was killed before it did.</summary>
    public ContainerState? Read()
    {
        if (SmallFile.BytesIfExists($"{Path}/{StateFile}", JsonReading.Limit) is not { } json)
            return null;
        var state = JsonReading.Read<ContainerState>(json);
        state.Process = SmallFile.ReadIfExists($"{Path}/{ProcessFile}") is { } process ? ProcessIdentity.Parse(process) : null;
        return state;
    }

    /// <summary>In one write(2) of a few bytes: it is there, or it is not.</summary>
    public void WriteProcess(ProcessIdentity process)
    {
        using var file = Linux.Open.File($"{Path}/{ProcessFile}", OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, 0x180);
        LinuxException.Check(Sys.Write(file.Number, Encoding.ASCII.GetBytes(process.ToString())), "write", $"{Path}/{ProcessFile}");
    }

    public void Write(ContainerState state) => DurableFile.Write($"{Path}/{StateFile}", state.ToJson(), sync: false);

    public void WriteConfig(ReadOnlySpan<byte> json) => DurableFile.Write($"{Path}/{ConfigFile}", json, sync: false);

    public Spec ReadConfig() => JsonReading.Read<Spec>(SmallFile.Bytes($"{Path}/{ConfigFile}", JsonReading.Limit));

    /// <summary>Null: the creator was killed before it wrote it.</summary>
    public Spec? ReadConfigIfExists() => Sys.Statx(At.AT_FDCWD, $"{Path}/{ConfigFile}", out _) < 0 ? null : ReadConfig();

    public bool AwaitsStart => Sys.Statx(At.AT_FDCWD, $"{Path}/{StartSocket}", out _) >= 0;

    public void RemoveStartSocket() => Sys.Unlinkat(At.AT_FDCWD, $"{Path}/{StartSocket}");

    /// <summary>The name of who made the container, or his id where he has none here; null when the directory is gone.</summary>
    public string? Owner
    {
        get
        {
            if (Sys.Statx(At.AT_FDCWD, Path, out var stat) < 0)
                return null;
            string id = $"{stat.stx_uid}";
            // passwd(5): name:password:UID:...
            foreach (string line in (SmallFile.ReadIfExists("/etc/passwd") ?? "").Split('\n'))
                if (line.Split(':') is { Length: > 2 } fields && fields[2] == id)
                    return fields[0];
            return id;
        }
    }

    public void Remove() => TreeRemoval.Remove(Path);
}

/// <summary>A lock that is given up by word, not by closing: a cloned child has a copy of the descriptor until it closes it or executes.</summary>
internal sealed class StateLock(FileFd file) : IDisposable
{
    public void Dispose()
    {
        Sys.Flock(file.Number, FlockOperation.LOCK_UN);
        file.Dispose();
    }
}
