using Sampan.Linux;

namespace Sampan.Cgroups.Tests;

/// <summary>Annotations that ask for properties of a systemd unit, and the text form of their values.</summary>
public sealed class UnitAnnotationTests
{
    [Theory]
    [InlineData("true", "b", "01000000")]
    [InlineData("5", "i", "05000000")]
    [InlineData("-1", "i", "FFFFFFFF")]
    [InlineData("0x10", "i", "10000000")]
    [InlineData("byte 5", "y", "05")]
    [InlineData("int16 -2", "n", "FEFF")]
    [InlineData("uint16 2", "q", "0200")]
    [InlineData("uint32 4294967295", "u", "FFFFFFFF")]
    [InlineData("int64 -1", "x", "FFFFFFFFFFFFFFFF")]
    [InlineData("uint64 18446744073709551615", "t", "FFFFFFFFFFFFFFFF")]
    [InlineData("@t 3", "t", "0300000000000000")]
    [InlineData("1.5", "d", "000000000000F83F")]
    [InlineData("double 1", "d", "000000000000F03F")]
    [InlineData("'it\\'s'", "s", "0400000069742773" + "00")]
    [InlineData("\"a\"", "s", "010000006100")]
    [InlineData("objectpath '/'", "o", "010000002F00")]
    [InlineData("b'ab'", "ay", "03000000616200")]
    [InlineData("[true, false]", "ab", "080000000100000000000000")]
    [InlineData("@as []", "as", "00000000")]
    [InlineData(" [ 'a' , 'b' ] ", "as", "0E000000010000006100" + "0000" + "010000006200")]
    [InlineData("[uint64 1]", "at", "08000000000000000100000000000000")]
    public void Values(string text, string signature, string bytes)
    {
        var value = VariantText.Parse(text, out _);
        var writer = new DBusWriter();
        value.Write(writer);
        Assert.Equal((signature, bytes), (value.Signature, Convert.ToHexString(writer.Written)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("maybe")]
    [InlineData("'open")]
    [InlineData("[]")]
    [InlineData("[1")]
    [InlineData("[1,")]
    [InlineData("[1, 'a']")]
    [InlineData("5 6")]
    [InlineData("byte 256")]
    [InlineData("uint64 -1")]
    [InlineData("int32 1.5")]
    [InlineData("uint32 'a'")]
    [InlineData("@as 'a'")]
    [InlineData("4294967296")]
    [InlineData("{'a': 1}")]
    [InlineData("0x")]
    public void Texts_that_are_no_value(string text) => Assert.Throws<FormatException>(() => VariantText.Parse(text, out _));

    [Fact]
    public void Annotations_become_properties()
    {
        var properties = UnitAnnotations.Of(new Dictionary<string, string>
        {
            ["org.systemd.property.TimeoutStopSec"] = "1.5", ["org.systemd.property.RuntimeMaxUSec"] = "uint64 7", ["org.systemd.property.CollectMode"] = "'inactive'", ["other"] = "x",
        });
        Assert.Equal(["CollectMode s", "RuntimeMaxUSec t", "TimeoutStopUSec t"], properties.Select(p => $"{p.Name} {p.Value.Signature}"));
        var writer = new DBusWriter();
        properties[2].Value.Write(writer);
        Assert.Equal(1_500_000UL, BitConverter.ToUInt64(writer.Written));
        Assert.Equal("annotations[\"org.systemd.property.TimeoutStopSec\"]", properties[2].Field);
    }

    [Theory]
    [InlineData("X", "1", "name incorrect: too short")]
    [InlineData("A-b-c", "1", "name incorrect: contains non-alphabetic character")]
    [InlineData("Description", "no quotes", "value parse error: no is not a value")]
    [InlineData("TimeoutStopSec", "'a'", "value parse error: not a number")]
    [InlineData("TimeoutStopSec", "-1", "value parse error: not a number of seconds")]
    public void Others_are_named(string name, string value, string why)
    {
        string message = Assert.Throws<SampanException>(() => UnitAnnotations.Of(new Dictionary<string, string> { [$"org.systemd.property.{name}"] = value })).Message;
        Assert.StartsWith($"annotations[\"org.systemd.property.{name}\"]: ", message);
        Assert.EndsWith(why, message);
    }

    [Theory]
    [InlineData("unix:path=/run/user/1000/bus", "/run/user/1000/bus")]
    [InlineData("unix:abstract=/tmp/x;unix:path=/a%20b,guid=12", "/a b")]
    [InlineData("tcp:host=localhost", null)]
    [InlineData("unix:path=relative", null)]
    public void Addresses_of_a_users_bus(string addresses, string? path) => Assert.Equal(path, UserBus.PathOf(addresses));
}
