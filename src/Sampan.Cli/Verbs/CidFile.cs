using System.Text;

using Sampan.Linux;

namespace Sampan.Cli.Verbs;

/// <summary>The file of <c>--cidfile</c>: made before the container, so that two commands never share it, and taken away when there is no container to name.</summary>
internal sealed class CidFile : IDisposable
{
    private const uint Readable = 0x1A4;

    private readonly string? _path;
    private readonly FileFd? _file;
    private bool _written;

    /// <param name="path">null: no file.</param>
    /// <exception cref="SampanException">AlreadyExists: it is there; else why it cannot be made.</exception>
    public CidFile(string? path)
    {
        if ((_path = path) is null)
            return;
        nint fd = Sys.Openat(At.AT_FDCWD, path!, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL, Readable);
        if (fd == -(nint)Errno.EEXIST)
            throw new SampanException(ErrorKind.AlreadyExists, $"container ID file found, make sure the other container isn't running or delete {path}");
        _file = new FileFd((int)LinuxException.Check(fd, "failed to create the container ID file", path!));
    }

    public void Write(string id)
    {
        if (_file is null)
            return;
        LinuxException.Check(Sys.WriteAll(_file.Number, Encoding.ASCII.GetBytes(id)), "failed to write the container ID to", _path!);
        _written = true;
    }

    public void Dispose()
    {
        if (_file is not null && !_written)
            Sys.Unlinkat(At.AT_FDCWD, _path!);
        _file?.Dispose();
    }
}
