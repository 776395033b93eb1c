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
        string directory = transaction.NewLayer();
        string content = $"{directory}/{ContentName}";
        LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, content, 0x1ED), "mkdir", content);
        var lower = new List<string>(below.Count);
        for (int i = below.Count - 1; i >= 0; i--)
            lower.Add($"{transaction.FindLayer(below[i]) ?? throw new SampanException(ErrorKind.Corrupt, $"layer {below[i]} is not unpacked")}/{ContentName}");
        using var plain = Decompression.Open(source, out compression);
        using var hashed = new DigestStream(plain);
        using var unpacker = new LayerUnpacker(content, lower);
        unpacker.Unpack(hashed);
        var diffId = hashed.Finish();
        if (expected is { } wanted)
            Check(diffId, wanted);
        var record = new LayerRecord { DiffId = diffId.ToString(), Parent = below.Count == 0 ? null : below[^1].ToString(), Size = unpacker.Size };
        DurableFile.Write($"{directory}/{LayerRecord.FileName}", record.ToJson(), sync: false);
        transaction.AddLayer(directory, ChainId.Of([.. Diffs(below), diffId])[^1]);
        return (diffId, unpacker.Size);

        // A chain id is that of one more layer over the chain below.
        static IEnumerable<Digest> Diffs(IReadOnlyList<Digest> chain) => chain.Count == 0 ? [] : [chain[^1]];
    }

    /// <summary>Holds a layer's content against its diff_id without unpacking it.</summary>
    public static void Verify(Stream source, Digest diffId)
    {
        using var plain = Decompression.Open(source, out _);
        using var hashed = new DigestStream(plain);
        Check(hashed.Finish(), diffId);
    }

    private static void Check(Digest actual, Digest wanted)
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
