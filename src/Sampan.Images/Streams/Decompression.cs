using System.IO.Compression;

namespace Sampan.Images;

/// <summary>How a layer or archive is compressed.</summary>
public enum Compression
{
    None, Gzip, Zstd,
}

/// <summary>Recognises compression by the first bytes, never by a name or a media type, and undoes it.</summary>
internal static class Decompression
{
    /// <summary>log2 of the bytes a zstd stream may make its reader keep: 128 MiB, what <c>zstd -d</c> accepts by default.</summary>
    private const int MaxZstdWindow = 27;

    /// <summary>The plain content of <paramref name="source"/>, which stays open.</summary>
    public static Stream Open(Stream source, out Compression compression)
    {
        var peeked = new PeekStream(source, 6);
        var magic = peeked.Peeked;
        if (magic.StartsWith<byte>([0x1F, 0x8B]))
        {
            compression = Compression.Gzip;
            return new GuardedStream(new GZipStream(peeked, CompressionMode.Decompress, leaveOpen: true), peeked, "gzip");
        }
        if (magic.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) || (magic.Length >= 4 && (magic[0] & 0xF0) == 0x50 && magic[1..4].SequenceEqual<byte>([0x2A, 0x4D, 0x18])))
        {
            compression = Compression.Zstd;
            return OpenZstd(peeked);
        }
        if (magic.StartsWith<byte>([0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
            throw Unsupported("xz");
        if (magic.StartsWith("BZh"u8))
            throw Unsupported("bzip2");
        compression = Compression.None;
        return peeked;
    }

    // Apart, so that a program that never meets zstd never loads its tables.
    private static GuardedStream OpenZstd(PeekStream source)
    {
        var stream = new ZstdSharp.DecompressionStream(source, leaveOpen: true, checkEndOfStream: true);
        stream.SetParameter(ZstdSharp.Unsafe.ZSTD_dParameter.ZSTD_d_windowLogMax, MaxZstdWindow);
        return new GuardedStream(stream, source, "zstd");
    }

    private static SampanException Unsupported(string name)
        => new(ErrorKind.Unsupported, $"{name} compression is not supported: want a tar archive, plain or compressed with gzip or zstd");
}

/// <summary>A stream whose first bytes have been looked at.</summary>
internal sealed class PeekStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly byte[] _peeked;
    private readonly int _length;
    private int _at;

    public PeekStream(Stream inner, int count)
    {
        (_inner, _peeked) = (inner, new byte[count]);
        int n;
        while (_length < count && (n = inner.Read(_peeked, _length, count - _length)) > 0)
            _length += n;
    }

    public ReadOnlySpan<byte> Peeked => _peeked.AsSpan(0, _length);

    /// <summary>Bytes handed on so far.</summary>
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int n = Math.Min(buffer.Length, _length - _at);
        if (n > 0)
        {
            _peeked.AsSpan(_at, n).CopyTo(buffer);
            _at += n;
        }
        else
            n = _inner.Read(buffer);
        Count += n;
        return n;
    }
}

/// <summary>Decompressed bytes: faults of the decoder become errors in words, and a bomb is stopped.</summary>
internal sealed class GuardedStream(Stream decoder, PeekStream source, string name) : ReadOnlyStream
{
    /// <summary>Output to input. gzip reaches 1032; zstd more, but only with content that is nothing but one byte repeated.</summary>
    private const long MaxRatio = 2000;

    /// <summary>Bytes; below this the ratio does no harm.</summary>
    private const long RatioFrom = 1L << 30;

    private long _count;

    public override int Read(Span<byte> buffer)
    {
        int n;
        try
        {
            n = decoder.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException or IOException)
        {
            throw new SampanException(ErrorKind.Corrupt, $"the {name} data is damaged or cut short", e);
        }
        _count += n;
        if (_count > RatioFrom && _count / MaxRatio > source.Count)
            throw new SampanException(ErrorKind.Corrupt, $"the {name} data expands more than {MaxRatio} times");
        return n;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            decoder.Dispose();
        base.Dispose(disposing);
    }
}
