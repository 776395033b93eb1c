using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>A layer on disk that does not know yet what lies below it.</summary>
internal sealed class UnpackedLayer : IDisposable
{
    private readonly string _directory;
    private readonly LayerUnpacker _unpacker;

    private UnpackedLayer(string directory, LayerUnpacker unpacker) => (_directory, _unpacker) = (directory, unpacker);

    public Digest DiffId { get; private init; }

    public Compression Compression { get; private init; }

    public long Size => _unpacker.Size;

    /// <summary>Unpacks while it streams by; needs no other layer.</summary>
    /// <param name="source">Plain or compressed; read to its end.</param>
    /// <param name="expected">The diff_id it must have; null: whatever it has.</param>
    public static UnpackedLayer Read(StoreTransaction transaction, Stream source, Digest? expected)
    {
        string directory = transaction.NewLayer();
        string content = $"{directory}/{LayerWork.ContentName}";
        LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, content, 0x1ED), "mkdir", content);
        var unpacker = new LayerUnpacker(content);
        try
        {
            using var plain = Decompression.Open(source, out var compression);
            using var hashed = new DigestStream(plain);
            unpacker.Unpack(hashed);
            var diffId = hashed.Finish();
            if (expected is { } wanted)
                LayerWork.Check(diffId, wanted);
            return new UnpackedLayer(directory, unpacker) { DiffId = diffId, Compression = compression };
        }
        catch
        {
            unpacker.Dispose();
            throw;
        }
    }

    /// <summary>Gives it its place over others.</summary>
    /// <param name="below">Chain ids, lowest first; all of them in the transaction or the store.</param>
    public void Settle(StoreTransaction transaction, IReadOnlyList<Digest> below)
    {
        var lower = new List<string>(below.Count);
        for (int i = below.Count - 1; i >= 0; i--)
            lower.Add($"{transaction.FindLayer(below[i]) ?? throw new SampanException(ErrorKind.Corrupt, $"layer {below[i]} is not unpacked")}/{LayerWork.ContentName}");
        _unpacker.Settle(lower);
        var record = new LayerRecord { DiffId = DiffId.ToString(), Parent = below.Count == 0 ? null : below[^1].ToString(), Size = Size };
        DurableFile.Write($"{_directory}/{LayerRecord.FileName}", record.ToJson(), sync: false);
        // A chain id is that of one more layer over the chain below.
        transaction.AddLayer(_directory, ChainId.Of(below.Count == 0 ? [DiffId] : [below[^1], DiffId])[^1]);
    }

    public void Dispose() => _unpacker.Dispose();
}
