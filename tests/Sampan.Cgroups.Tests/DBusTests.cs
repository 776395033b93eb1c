using Sampan.Linux;

namespace Sampan.Cgroups.Tests;

/// <summary>D-Bus Specification, "Marshaling (Wire Format)" and "Message Format": bytes written out by hand from its rules.</summary>
public sealed class DBusTests
{
    private static string Hex(Action<DBusWriter> write)
    {
        var writer = new DBusWriter();
        write(writer);
        return Convert.ToHexString(writer.Written);
    }

    [Fact]
    public void Strings_have_a_length_and_a_NUL_and_start_at_a_multiple_of_four()
        => Assert.Equal("03000000666F6F00" + "010000002B00" + "0000" + "0300000062617200", Hex(w => { w.String("foo"); w.String("+"); w.String("bar"); }));

    [Fact]
    public void The_padding_before_the_first_element_of_an_array_does_not_count()
        => Assert.Equal("08000000" + "00000000" + "0500000000000000", Hex(w => w.Array<ulong>([5], 8, static (w, n) => w.UInt64(n))));

    [Fact]
    public void An_empty_array_of_structs_is_padded_too() => Assert.Equal("0000000000000000", Hex(w => w.Array<int>([], 8, static (_, _) => { })));

    [Fact]
    public void A_variant_begins_with_its_signature() => Assert.Equal("017400" + "0000000000" + "0100000000000000", Hex(w => w.Variant(DBusVariant.Of(1ul))));

    [Fact]
    public void Structs_start_at_multiples_of_eight()
        => Assert.Equal("05612873732900" + "00" + "0E000000" + "00000000" + "010000006100" + "0000" + "010000006200", Hex(w => w.Variant(DBusVariant.Of([("a", "b")]))));

    [Fact]
    public void A_call_is_a_header_with_fields_in_structs_and_a_body()
        => Assert.Equal(
            "6C010001010000000700000047000000"      // little endian, call, no flags, version 1, body of 1 byte, serial 7, length of the fields
            + "01016F00020000002F6F0000000000000201730003000000692E6A000000000003017300010000004D000000000000000601730003000000642E64000000000008016700017900"
            + "0001",
            Convert.ToHexString(DBusMessage.Call(7, "d.d", "/o", "i.j", "M", "y", static w => w.Byte(1))));

    [Fact]
    public void What_is_written_is_read()
    {
        byte[] bytes = DBusMessage.Call(7, "org.a", "/o", "i.j", "Member", "su", static w => { w.String("text"); w.UInt32(9); });
        Assert.Equal(bytes.Length, DBusMessage.LengthOf(bytes));
        var message = DBusMessage.Parse(bytes);
        Assert.Equal((DBusMessageType.MethodCall, 7u, "Member"), (message.Type, message.Serial, message.Name));
        var body = new DBusReader(message.Body);
        Assert.Equal("text", body.String());
        Assert.Equal(9u, body.UInt32());
        Assert.True(body.AtEnd);
    }

    [Fact]
    public void A_text_longer_than_its_message_is_refused()
        => Assert.Equal(ErrorKind.Corrupt, Assert.Throws<SampanException>(static () => new DBusReader([0xFF, 0xFF, 0xFF, 0xFF, 0x61, 0]).String()).Kind);
}
