using System.Text;
using CsCheck;

namespace Sampan.Images.Tests;

/// <summary>Archives that are damaged or made to do harm: an error in words, never a crash, never much memory.</summary>
public sealed class HostileTarTests
{
    [Fact]
    public void Mutated_archives_give_entries_or_an_error_in_words()
    {
        byte[] good = Sample();
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Bool).Array[1, 6].Select(Gen.Int[0, good.Length]).Sample((changes, cut) =>
        {
            byte[] bad = (byte[])good.Clone();
            foreach (var (at, value, fix) in changes)
            {
                bad[at] = value;
                if (fix)
                    FixChecksum(bad, at / 512 * 512);
            }
            Drain(bad.AsSpan(0, cut == 0 ? bad.Length : cut).ToArray());
        }, iter: 10_000);
    }

    [Theory]
    [InlineData("12345678 path=x\n")]
    [InlineData("0 path=x\n")]
    [InlineData("-5 path=x\n")]
    [InlineData("9 path=x ")]
    [InlineData("path=x\n")]
    [InlineData("5 =x\n")]
    [InlineData("99999999999999999999 path=x\n")]
    [InlineData("12 size=-12\n")]
    [InlineData("17 GNU.sparse.map=1\n")]
    public void Malformed_extended_headers_are_refused(string records)
        => Assert.Contains("tar archive: ", Fails([.. Header('x', records.Length), .. Pad(records), .. Header('0', 0)]).Message);

    [Fact]
    public void A_header_that_claims_gigabytes_costs_nothing()
    {
        foreach (char type in "xgLK")
            Assert.Contains("longer than", Fails(Header(type, 0x7FFFFFFF)).Message);
    }

    [Fact]
    public void Global_headers_cannot_pile_up()
    {
        string record = "1000 comment=" + new string('x', 986) + "\n";
        var archive = new MemoryStream();
        for (int i = 0; i < 3000; i++)
        {
            archive.Write(Header('g', record.Length));
            archive.Write(Pad(record));
        }
        Assert.Contains("global headers", Fails(archive.ToArray()).Message);
    }

    [Fact]
    public void An_archive_cut_short_is_refused()
    {
        byte[] good = Sample();
        Assert.Contains("cut short", Fails(good[..700]).Message);
        Assert.Contains("cut short", Fails(good[..100]).Message);
    }

    [Theory]
    [InlineData("not a tar archive at all, but long enough to fill a whole block and more of it")]
    [InlineData("x")]
    public void What_is_no_archive_is_refused(string text)
        => Assert.Matches("not a tar archive|cut short", Fails(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, text.Length == 1 ? 1 : 20)))).Message);

    [Fact]
    public void A_header_that_was_changed_is_refused()
    {
        byte[] first = Sample(), later = Sample();
        first[3] ^= 1;
        Assert.Contains("not a tar archive", Fails(first).Message);
        later[512 + 3] ^= 1;
        Assert.Contains("checksum", Fails(later).Message);
    }

    [Theory]
    [InlineData(4294967295)]
    [InlineData(4294967296)]
    [InlineData(99999999999)]
    public void Owners_that_are_no_ids_are_refused(long uid)
    {
        string record = $" uid={uid}\n";
        int length = record.Length + 2;
        string pax = length + record;
        Assert.Contains("out of range", Fails([.. Header('x', pax.Length), .. Pad(pax), .. Header('0', 0)]).Message);
    }

    [Fact]
    public void Unknown_types_are_refused()
        => Assert.Contains("unknown type 'Z'", Fails(Header('Z', 0)).Message);

    [Fact]
    public void A_name_of_control_characters_cannot_forge_a_line()
    {
        var error = Fails(Header('Z', 0, "a\nb\u001b[31m"));
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain('\u001b', error.Message);
    }

    private static byte[] Sample() => TarRoundTripTests.Write(
    [
        (new TarEntry { Kind = TarKind.Directory, Name = "dir/"u8.ToArray(), Mode = 0x1ED }, []),
        (new TarEntry { Kind = TarKind.File, Name = "dir/file"u8.ToArray(), Mode = 0x1A4, Size = 600, Mtime = new FileTime(5, 7), Xattrs = [new Xattr("user.x"u8.ToArray(), [0, 1, 2])] }, new byte[600]),
        (new TarEntry { Kind = TarKind.Symlink, Name = "link"u8.ToArray(), LinkName = "dir/file"u8.ToArray() }, []),
        (new TarEntry { Kind = TarKind.CharDevice, Name = "null"u8.ToArray(), DeviceMajor = 1, DeviceMinor = 3 }, []),
        (new TarEntry { Kind = TarKind.File, Name = Encoding.ASCII.GetBytes(new string('n', 200)), Size = 3 }, "abc"u8.ToArray()),
    ]).ToArray();

    private static SampanException Fails(byte[] archive) => Assert.Throws<SampanException>(() => Read(archive));

    private static void Drain(byte[] archive)
    {
        try
        {
            Read(archive);
        }
        catch (SampanException e)
        {
            Assert.NotEmpty(e.Message);
        }
    }

    private static void Read(byte[] archive)
    {
        var reader = new TarReader(new MemoryStream(archive));
        while (reader.Next() is not null)
            reader.Data().CopyTo(Stream.Null);
    }

    internal static byte[] Header(char type, long size, string name = "entry")
    {
        byte[] block = new byte[512];
        Encoding.UTF8.GetBytes(name).CopyTo(block, 0);
        Encoding.ASCII.GetBytes("0000644\00000000\00000000\0" + Convert.ToString(size, 8).PadLeft(11, '0') + "\000000000000\0").CopyTo(block, 100);
        block[156] = (byte)type;
        "ustar"u8.CopyTo(block.AsSpan(257));
        "00"u8.CopyTo(block.AsSpan(263));
        FixChecksum(block, 0);
        return block;
    }

    internal static byte[] Pad(string text)
    {
        byte[] data = new byte[(text.Length + 511) / 512 * 512];
        Encoding.UTF8.GetBytes(text).CopyTo(data, 0);
        return data;
    }

    private static void FixChecksum(byte[] archive, int at)
    {
        if (at + 512 > archive.Length)
            return;
        archive.AsSpan(at + 148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in archive.AsSpan(at, 512))
            sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(archive, at + 148);
    }
}
