using Sampan.Linux;

namespace Sampan.Images;

/// <summary>Reading and writing a descriptor one call at a time, unbuffered. Does not own it unless given a handle.</summary>
public sealed class FdStream : Stream
{
    private readonly int _fd;
    private readonly Fd? _owned;
    private readonly string _subject;

    /// <param name="subject">The file's name, for messages.</param>
    public FdStream(int fd, string subject) => (_fd, _subject) = (fd, subject);

    public FdStream(Fd owned, string subject) => (_fd, _owned, _subject) = (owned.Number, owned, subject);

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer) => (int)LinuxException.Check(Sys.Read(_fd, buffer), "read", _subject);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => LinuxException.Check(Sys.WriteAll(_fd, buffer), "write", _subject);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _owned?.Dispose();
        base.Dispose(disposing);
    }
}
