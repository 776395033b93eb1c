using CsCheck;

namespace Sampan.Images.Tests;

/// <summary>Whatever the writer writes, the reader reads the same.</summary>
public sealed class TarRoundTripTests
{
    private static readonly Gen<byte[]> Name = Gen.Byte.Where(b => b != 0).Array[1, 300].Where(n => n[^1] != '/');

    private static readonly string[] XattrNames = ["user.a", "security.capability", "trusted.x", "user.\u00e4"];

    private static readonly Gen<Xattr> Attribute = Gen.Select(Gen.Int[0, 3].Select(i => XattrNames[i]), Gen.Byte.Array[0, 200])
        .Select((name, value) => new Xattr(System.Text.Encoding.UTF8.GetBytes(name), value));

    private static readonly Gen<FileTime> Time = Gen.Select(Gen.Long[-100_000_000_000, 100_000_000_000], Gen.OneOf(Gen.Const(0u), Gen.UInt[0, 999_999_999]))
        .Select((seconds, nanoseconds) => new FileTime(seconds, nanoseconds));

    private static readonly Gen<(TarEntry Entry, byte[] Data)> Entry = Gen.Select(
        Gen.Int[0, 6].Select(i => Enum.GetValues<TarKind>()[i]), Name, Name, Gen.UInt[0, 0xFFF], Gen.UInt[0, uint.MaxValue - 1], Time, Attribute.List[0, 3],
        Gen.Select(Gen.Byte.Array[0, 3000], Gen.UInt[0, uint.MaxValue], Gen.UInt[0, uint.MaxValue]))
        .Select((kind, name, link, mode, id, time, xattrs, rest) => (new TarEntry
        {
            Kind = kind,
            Name = kind == TarKind.Directory ? [.. name, (byte)'/'] : name,
            LinkName = kind is TarKind.HardLink or TarKind.Symlink ? link : [],
            Mode = mode,
            Uid = id,
            Gid = id ^ 0x12345,
            Size = kind == TarKind.File ? rest.Item1.Length : 0,
            Mtime = time,
            DeviceMajor = kind is TarKind.CharDevice or TarKind.BlockDevice ? rest.Item2 : 0,
            DeviceMinor = kind is TarKind.CharDevice or TarKind.BlockDevice ? rest.Item3 : 0,
            Xattrs = [.. xattrs.DistinctBy(x => Convert.ToHexString(x.Name))],
        }, rest.Item1)).Where(e => e.Item1.Uid != uint.MaxValue && e.Item1.Gid != uint.MaxValue);

    [Fact]
    public void Entries_survive_byte_for_byte() => Entry.List[0, 6].Sample(entries =>
    {
        var stream = Write(entries);
        var reader = new TarReader(stream);
        foreach (var (expected, data) in entries)
        {
            var actual = reader.Next();
            Assert.NotNull(actual);
            Same(expected, actual);
            if (expected.Kind != TarKind.File)
                continue;
            var read = new MemoryStream();
            reader.Data().CopyTo(read);
            Assert.Equal(data, read.ToArray());
        }
        Assert.Null(reader.Next());
    }, iter: 2000);

    [Fact]
    public void The_same_entries_give_the_same_bytes() => Entry.List[1, 4].Sample(entries => Assert.Equal(Write(entries).ToArray(), Write(entries).ToArray()), iter: 100);

    [Fact]
    public void Data_that_nobody_reads_is_skipped() => Entry.List[1, 6].Sample(entries =>
    {
        var reader = new TarReader(Write(entries));
        foreach (var (expected, _) in entries)
            Assert.Equal(expected.Name, reader.Next()!.Name);
        Assert.Null(reader.Next());
    }, iter: 200);

    internal static MemoryStream Write(IEnumerable<(TarEntry Entry, byte[] Data)> entries)
    {
        var stream = new MemoryStream();
        var writer = new TarWriter(stream);
        foreach (var (entry, data) in entries)
        {
            writer.WriteHeader(entry);
            if (entry.Kind == TarKind.File)
                writer.WriteData(data);
        }
        writer.Finish();
        stream.Position = 0;
        return stream;
    }

    private static void Same(TarEntry expected, TarEntry actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.LinkName, actual.LinkName);
        Assert.Equal((expected.Kind, expected.Mode, expected.Uid, expected.Gid, expected.Size), (actual.Kind, actual.Mode, actual.Uid, actual.Gid, actual.Size));
        Assert.Equal(expected.Mtime, actual.Mtime);
        Assert.Equal((expected.DeviceMajor, expected.DeviceMinor), (actual.DeviceMajor, actual.DeviceMinor));
        Assert.Equal(expected.Xattrs.Count, actual.Xattrs.Count);
        for (int i = 0; i < expected.Xattrs.Count; i++)
        {
            Assert.Equal(expected.Xattrs[i].Name, actual.Xattrs[i].Name);
            Assert.Equal(expected.Xattrs[i].Value, actual.Xattrs[i].Value);
        }
    }
}
