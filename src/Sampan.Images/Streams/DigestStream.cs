using System.Security.Cryptography;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Passes a stream through, hashing and counting what is read, and writing it to a second place when one is given.</summary>
internal sealed class DigestStream(Stream inner, Stream? copy = null) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int n = inner.Read(buffer);
        _hash.AppendData(buffer[..n]);
        copy?.Write(buffer[..n]);
        Count += n;
        return n;
    }

    /// <summary>Reads to the end, for what follows an archive's or a compressor's own end belongs to the content too.</summary>
    public Digest Finish()
    {
        byte[] buffer = new byte[64 << 10];
        while (Read(buffer) > 0)
        {
        }
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetCurrentHash(hash);
        return Digest.OfHash(hash);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
