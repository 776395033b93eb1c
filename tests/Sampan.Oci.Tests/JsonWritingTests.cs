using System.Text;
using System.Text.Json;

using CsCheck;

namespace Sampan.Oci.Tests;

/// <summary>What is written is JSON, and says what was meant: System.Text.Json is the judge.</summary>
public sealed class JsonWritingTests
{
    private sealed class Sample : OciObject
    {
        public string? Text;
        public bool Flag;
        public long Long;
        public ulong? Unsigned;
        public List<string>? Texts;
        public Dictionary<string, string>? Map_;
        public SortedSet<string>? Keys;
        public Sample? Inner;
        public List<Sample>? Inners;

        public override void Map(JsonMap map)
        {
            map.RequiredText("text", ref Text);
            map.Flag("flag", ref Flag);
            map.Number("long", ref Long);
            map.Number("unsigned", ref Unsigned);
            map.Texts("texts", ref Texts);
            map.TextMap("map", ref Map_);
            map.KeySet("keys", ref Keys);
            map.Object("inner", ref Inner);
            map.Objects("inners", ref Inners);
        }
    }

    [Fact]
    public void Indented() => Assert.Equal(
        """
        {
            "text": "a\"b\\\n\u001b\u0085",
            "flag": true,
            "long": -9223372036854775808,
            "unsigned": 18446744073709551615,
            "texts": [],
            "map": {
                "a": "",
                "b": "<é€😀>"
            },
            "keys": {
                "k": {}
            },
            "inner": {
                "text": "",
                "long": 0
            },
            "inners": [
                {
                    "text": "x",
                    "long": 1,
                    "texts": [
                        "y",
                        "z"
                    ]
                },
                {
                    "text": "",
                    "long": 0
                }
            ]
        }
        """, Encoding.UTF8.GetString(Whole().ToJson(indented: true)));

    [Fact]
    public void Compact_and_in_an_array()
    {
        string one = """{"text":"","long":0}""";
        Assert.Equal(one, Encoding.UTF8.GetString(new Sample().ToJson()));
        Assert.Equal("[]", Encoding.UTF8.GetString(JsonWriting.WriteArray([], indented: true)));
        Assert.Equal($"[{one},{one}]", Encoding.UTF8.GetString(JsonWriting.WriteArray([new Sample(), new Sample()], indented: false)));
        Assert.Equal("[\n    {\n        \"text\": \"\",\n        \"long\": 0\n    }\n]", Encoding.UTF8.GetString(JsonWriting.WriteArray([new Sample()], indented: true)));
    }

    [Fact]
    public void Every_text_comes_back() => Gen.String.Array.Sample(texts =>
    {
        var sample = new Sample { Text = string.Concat(texts), Texts = [.. texts] };
        byte[] json = sample.ToJson();
        using var document = JsonDocument.Parse(json);
        Assert.Equal(Valid(sample.Text), document.RootElement.GetProperty("text").GetString());
        Assert.Equal(texts.Select(Valid), document.RootElement.GetProperty("texts").EnumerateArray().Select(static item => item.GetString()!));
        Assert.DoesNotContain(json, static b => b is < 0x20 or 0x7F);
    });

    [Fact]
    public void Long_documents_grow()
    {
        var sample = new Sample { Text = new string('\u0001', 100_000), Inners = [.. Enumerable.Range(0, 5000).Select(static i => new Sample { Long = i })] };
        var back = JsonReading.Read<Sample>(sample.ToJson(indented: true));
        Assert.Equal((sample.Text, 5000, 4999), (back.Text, back.Inners!.Count, (int)back.Inners[4999].Long));
    }

    /// <summary>Half a surrogate pair is no character.</summary>
    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static Sample Whole() => new()
    {
        Text = "a\"b\\\n\u001b\u0085", Flag = true, Long = long.MinValue, Unsigned = ulong.MaxValue, Texts = [], Map_ = new() { ["b"] = "<é€😀>", ["a"] = "" }, Keys = ["k"],
        Inner = new Sample(), Inners = [new Sample { Text = "x", Long = 1, Texts = ["y", "z"] }, new Sample()],
    };

    private sealed class Share : OciObject
    {
        public decimal? Value;

        public override void Map(JsonMap map) => map.Number("value", ref Value);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("0.12")]
    [InlineData("100")]
    [InlineData("-99.25")]
    public void Numbers_with_fractions(string written)
    {
        decimal value = decimal.Parse(written, System.Globalization.CultureInfo.InvariantCulture);
        byte[] json = new Share { Value = value }.ToJson();
        Assert.Equal($$"""{"value":{{written}}}""", Encoding.UTF8.GetString(json));
        Assert.Equal(value, JsonReading.Read<Share>(json).Value);
    }

    [Fact]
    public void A_name_in_other_letters_is_read_where_the_right_one_is_missing()
    {
        var read = JsonReading.Read<Sample>("""{"TEXT":"a","Inner":{"Text":"b","text":"c"},"LONG":null,"texts\u0073":1}"""u8.ToArray());
        Assert.Equal(("a", "c", 0L), (read.Text, read.Inner!.Text, read.Long));
        Assert.Equal("Text: want a string, not 1".ToLowerInvariant(), Assert.Throws<OciFormatException>(static () => JsonReading.Read<Sample>("""{"Text":1}"""u8.ToArray())).Message.ToLowerInvariant());
    }
}
