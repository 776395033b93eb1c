using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Unpacks layers into a transaction.</summary>
internal static class LayerWork
{
    public const string ContentName = "fs";

    /// <summary>Unpacks a plain or compressed layer while it streams by.</summary>
    /// <param name="source">Read to its end.</param>
    /// <param name="below">Chain ids of the layers under it, lowest first; all of them unpacked.</param>
    /// <param name="expected">The diff_id it must have; null: whatever it has.</param>
    public static (Digest DiffId, long Size) Unpack(StoreTransaction transaction, Stream source, IReadOnlyList<Digest> below, Digest? expected, out Compression compression)
    {
        using var layer = UnpackedLayer.Read(transaction, source, expected);
        layer.Settle(transaction, below);
        compression = layer.Compression;
        return (layer.DiffId, layer.Size);
    }

    /// <summary>Holds a layer's content against its diff_id without unpacking it.</summary>
    public static void Verify(Stream source, Digest diffId)
    {
        using var plain = Decompression.Open(source, out _);
        using var hashed = new DigestStream(plain);
        Check(hashed.Finish(), diffId);
    }

    public static void Check(Digest actual, Digest wanted)
    {
        if (actual != wanted)
            throw new SampanException(ErrorKind.Corrupt, $"layer: its content is {actual}, but the image says {wanted}");
    }

    /// <summary>Bytes of the layer's files.</summary>
    public static long SizeOf(string layerDirectory)
    {
        string path = $"{layerDirectory}/{LayerRecord.FileName}";
        using var stream = new FdStream(Open.File(path, OpenFlags.O_RDONLY), path);
        return Json.Read<LayerRecord>(SmallContent.Read(stream, JsonReading.Limit, path), path).Size;
    }
}
