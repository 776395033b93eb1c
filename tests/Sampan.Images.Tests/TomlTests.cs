using System.Text;

namespace Sampan.Images.Tests;

/// <summary>TOML as JSON: <see href="https://toml.io/en/v1.0.0"/>.</summary>
public sealed class TomlTests
{
    [Theory]
    [InlineData("", "{}")]
    [InlineData("# only a comment", "{}")]
    [InlineData("a = \"x\" # why\r\nb='C:\\d'\n", """{"a":"x","b":"C:\\d"}""")]
    [InlineData("a.b . \"c d\" = true\na.e = -1_000", """{"a":{"b":{"c d":true},"e":-1000}}""")]
    [InlineData("n = 0xff\nf = 1.5", """{"n":255,"f":1.5}""")]
    [InlineData("l = [\n  \"x\", # one\n  'y',\n]\ne = []", """{"l":["x","y"],"e":[]}""")]
    [InlineData("t = { a = 1, b.c = [ {d = 2} ] }", """{"t":{"a":1,"b":{"c":[{"d":2}]}}}""")]
    [InlineData("[a]\nx = 1\n[a.b]\ny = 2\n[c]", """{"a":{"x":1,"b":{"y":2}},"c":{}}""")]
    [InlineData("[[r]]\nx = 1\n[[r.m]]\ny = 2\n[[r.m]]\n[z]\n[[r]]\nx = 3", """{"r":[{"x":1,"m":[{"y":2},{}]},{"x":3}],"z":{}}""")]
    [InlineData("[a.b]\nx = 1\n[a]\ny = 2", """{"a":{"b":{"x":1},"y":2}}""")]
    [InlineData("s = \"\"\"\none \\\n   two\"\"\"", """{"s":"one two"}""")]
    [InlineData("s = '''\na\\b''''", """{"s":"a\\b'"}""")]
    [InlineData("s = \"\\u0041\\t\\\"\"", """{"s":"A\t\""}""")]
    public void Is_read_as_it_is_meant(string toml, string json)
        => Assert.Equal(json.Replace("\\\"", "\\u0022", StringComparison.Ordinal).Replace("'", "\\u0027", StringComparison.Ordinal), Encoding.UTF8.GetString(Toml.ToJson(toml, "f").Span));

    [Theory]
    [InlineData("a = 1\na = 2", 2, "a is there already")]
    [InlineData("[a]\n[a]", 2, "a is there already")]
    [InlineData("a = 1\n[a.b]", 2, "a is no table")]
    [InlineData("a = { x = 1 }\na.y = 2", 2, "a is no table")]
    [InlineData("a = {}\n[a]", 2, "a is there already")]
    [InlineData("a = []\n[[a]]", 2, "no array of tables")]
    [InlineData("a = \"x\ny\"", 1, "at the end of the text")]
    [InlineData("a = \"\"\"x", 1, "at the end of the text")]
    [InlineData("a = yes", 1, "yes is neither")]
    [InlineData("a =", 1, "want a value")]
    [InlineData("a = 1 b = 2", 1, "want the end of the line")]
    [InlineData("\n\n[a\n", 3, "want ]")]
    [InlineData("a = [1 2]", 1, "want a comma")]
    [InlineData("a = \"\\q\"", 1, "\\q is no escape")]
    [InlineData("a = \"\\ud800\"", 1, "no character")]
    [InlineData("a = 2026-01-01", 1, "neither")]
    public void What_is_wrong_is_told_with_its_line(string toml, int line, string words)
    {
        var e = Assert.Throws<SampanException>(() => Toml.ToJson(toml, "f"));
        Assert.StartsWith($"f: line {line}: ", e.Message);
        Assert.Contains(words, e.Message);
    }

    [Fact]
    public void Nesting_has_a_bound() => Assert.Contains("nested too deep", Assert.Throws<SampanException>(() => Toml.ToJson("a = " + new string('[', 10_000), "f")).Message);
}
