using Sampan.Linux;

namespace Sampan.Images;

/// <summary>A file that one thread writes while others read it: who has caught up waits for more.</summary>
internal sealed class BlobFile(FileFd file, string path) : IDisposable
{
    private readonly object _gate = new();
    private Exception? _failure;
    private bool _complete;

    public string Path => path;

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
        {
            int n = (int)LinuxException.Check(Sys.Pwrite(file.Number, data, Length), "write", path);
            data = data[n..];
            lock (_gate)
            {
                Length += n;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>What was there already counts as written.</summary>
    public void Resume(long length) => Length = length;

    /// <summary>Back to the beginning; only while nobody reads.</summary>
    public void Empty()
    {
        LinuxException.Check(Sys.Ftruncate(file.Number, 0), "ftruncate", path);
        Length = 0;
    }

    public int ReadAt(Span<byte> buffer, long offset) => (int)LinuxException.Check(Sys.Pread(file.Number, buffer, offset), "read", path);

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

    public void Dispose() => file.Dispose();

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
