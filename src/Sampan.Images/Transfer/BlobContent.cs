namespace Sampan.Images;

/// <summary>A blob of the store as the body of a request.</summary>
internal static class BlobContent
{
    private const int Chunk = 256 << 10;

    /// <summary>Time for a registry to verify and file a blob that it has whole.</summary>
    private static readonly TimeSpan s_filing = TimeSpan.FromMinutes(10);

    /// <param name="blob">From where it is to begin.</param>
    /// <param name="size">Bytes to send of it.</param>
    /// <param name="alive">Cancelled when for a while nobody takes more of it.</param>
    public static HttpContent Of(Stream blob, long size, Action<long> sent, CancellationTokenSource alive)
    {
        var content = new StreamContent(new Watched(blob, size, sent, alive), Chunk);
        content.Headers.ContentLength = size;
        content.Headers.ContentType = new("application/octet-stream");
        return content;
    }

    private sealed class Watched(Stream blob, long size, Action<long> sent, CancellationTokenSource alive) : ReadOnlyStream
    {
        private long _at;

        public override int Read(Span<byte> buffer)
        {
            int n = blob.Read(buffer[..(int)Math.Min(buffer.Length, size - _at)]);
            _at += n;
            sent(_at);
            alive.CancelAfter(_at < size ? BoundedContent.Stall : s_filing);
            return n;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                blob.Dispose();
            base.Dispose(disposing);
        }
    }
}
