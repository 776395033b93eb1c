using Sampan.Linux;

namespace Sampan.Images;

/// <summary>A file that one thread writes while others read it: who has caught up waits for more.</summary>
internal sealed class BlobFile(FileFd file, string path) : IDisposable
{
    private const int Chunk = 256 << 10;
    private readonly object _gate = new();
    private volatile FileFd _file = file;
    private FileFd? _left;
    private Exception? _failure;
    private bool _complete;

    public string Path { get; private set; } = path;

    public int Number => _file.Number;

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int n = (int)LinuxException.Check(Sys.Pwrite(_file.Number, data, Length), "write", Path);
            data = data[n..];
            Extend(Length + n);
        }
    }

    /// <summary>What is there up to <paramref name="length"/> counts as written, whoever wrote it.</summary>
    public void Extend(long length)
    {
        lock (_gate)
        {
            Length = length;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Goes on in another file, empty so far: it gets what has been written; readers notice nothing.</summary>
    public void Move(FileFd other, string otherPath)
    {
        byte[] buffer = new byte[Chunk];
        for (long at = 0; at < Length;)
        {
            int n = ReadAt(buffer.AsSpan(0, (int)Math.Min(Chunk, Length - at)), at);
            for (int done = 0; done < n;)
                done += (int)LinuxException.Check(Sys.Pwrite(other.Number, buffer.AsSpan(done, n - done), at + done), "write", otherPath);
            at += n;
        }
        // The one that is left stays open for who reads it at this moment.
        (_left, _file, Path) = (_file, other, otherPath);
    }

    /// <summary>It has this name as well, and is called by it from now on.</summary>
    public void Rename(string name) => Path = name;

    /// <summary>Back to the beginning; only while nobody reads.</summary>
    public void Empty()
    {
        LinuxException.Check(Sys.Ftruncate(_file.Number, 0), "ftruncate", Path);
        Length = 0;
    }

    public int ReadAt(Span<byte> buffer, long offset) => (int)LinuxException.Check(Sys.Pread(_file.Number, buffer, offset), "read", Path);

    public void Complete()
    {
        lock (_gate)
        {
            _complete = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure = failure;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The content from the beginning to the end that <see cref="Complete"/> marks.</summary>
    public ReadOnlyStream Reader() => new Follower(this);

    public void Dispose()
    {
        _file.Dispose();
        _left?.Dispose();
    }

    private sealed class Follower(BlobFile blob) : ReadOnlyStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            lock (blob._gate)
                while (_at == blob.Length && !blob._complete && blob._failure is null)
                    Monitor.Wait(blob._gate);
            if (blob._failure is { } failure)
                throw new SampanException((failure as SampanException)?.Kind ?? ErrorKind.System, failure.Message, failure);
            int n = (int)Math.Min(buffer.Length, blob.Length - _at);
            n = n == 0 ? 0 : blob.ReadAt(buffer[..n], _at);
            _at += n;
            return n;
        }
    }
}
