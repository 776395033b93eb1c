using System.Text;
using Sampan.Cli.Format;

namespace Sampan.Cli.Tests;

/// <summary>Go's template language, as far as Docker's <c>--format</c> is used with it.</summary>
public sealed class TemplateTests
{
    private const string Document =
        """{"Name":"/web","N":3,"F":2.5,"Big":100000000,"Yes":true,"No":false,"Nil":null,"Empty":"","L":["a","b","c"],"Env":["A=1","B=x=y"],"O":{"K":"v","Z":[1,2]},"Config":{"Labels":{"com.a":"1","b":"2"}},"Ms":[{"S":"/x","W":true},{"S":"/y","W":false}]}""";

    [Theory]
    // Fields, text, trimming, comments.
    [InlineData("{{.Name}}!", "/web!")]
    [InlineData("{{ .O.K }}", "v")]
    [InlineData("a {{- .Name -}} b", "a/webb")]
    [InlineData("a{{/* nothing */}}b", "ab")]
    [InlineData("{{.N}} {{.F}} {{.Big}} {{.Yes}} {{.L}} {{.O}}", "3 2.5 100000000 true [a b c] map[K:v Z:[1 2]]")]
    [InlineData("{{.Nil}}", "<nil>")]
    [InlineData("{{.Config.Labels.none}}", "<no value>")]
    [InlineData("{{index .Config.Labels \"com.a\"}}", "1")]
    [InlineData("{{`raw \\n`}}{{\"tab\\t\\u00e9\"}}{{'a'}}", "raw \\ntab\té97")]
    // Conditions.
    [InlineData("{{if .Yes}}y{{else}}n{{end}}{{if .Empty}}y{{else if .N}}e{{else}}n{{end}}", "ye")]
    [InlineData("{{if and .Yes .N}}{{or .Empty .Name}}{{end}}{{not .No}}", "/webtrue")]
    [InlineData("{{with .O}}{{.K}}{{end}}{{with .Nil}}x{{else}}none{{end}}", "vnone")]
    [InlineData("{{if and .L (index .L 0 | eq \"a\")}}first{{end}}", "first")]
    [InlineData("{{if eq .N 1 2 3}}in{{end}}{{if ne .Name \"x\"}}ne{{end}}{{if lt .N 4}}lt{{end}}{{if ge .F 2.5}}ge{{end}}", "inneltge")]
    // Loops and variables.
    [InlineData("{{range .L}}<{{.}}>{{end}}", "<a><b><c>")]
    [InlineData("{{range $i, $e := .L}}{{$i}}{{$e}};{{end}}", "0a;1b;2c;")]
    [InlineData("{{range $k, $v := .Config.Labels}}{{$k}}={{$v}} {{end}}", "b=2 com.a=1 ")]
    [InlineData("{{range .L}}{{if eq . \"b\"}}{{continue}}{{end}}{{.}}{{end}}", "ac")]
    [InlineData("{{range .L}}{{if eq . \"b\"}}{{break}}{{end}}{{.}}{{end}}", "a")]
    [InlineData("{{$x := .Name}}{{with .O}}{{$x}}{{$.N}}{{end}}", "/web3")]
    [InlineData("{{$x := 1}}{{range .L}}{{$x = .}}{{end}}{{$x}}", "c")]
    [InlineData("{{range .Ms}}{{.S}}:{{if .W}}rw{{else}}ro{{end}} {{end}}", "/x:rw /y:ro ")]
    [InlineData("{{range .Nil}}x{{else}}nothing{{end}}", "nothing")]
    [InlineData("{{range $e := .Env}}{{with split $e \"=\"}}{{index . 0}} {{end}}{{end}}", "A B ")]
    // Functions.
    [InlineData("{{json .O}}{{json .Name}}{{json .Nil}}", "{\"K\":\"v\",\"Z\":[1,2]}\"/web\"null")]
    [InlineData("{{upper .Name}}{{lower \"AbC\"}}{{title \"a bc d\"}}", "/WEBabcA Bc D")]
    [InlineData("{{join .L \", \"}}|{{join .O.Z \"-\"}}", "a, b, c|1-2")]
    [InlineData("{{.Name | printf \"%-6s|\" | upper}}", "/WEB  |")]
    [InlineData("{{truncate .Name 3}}[{{pad .Name 1 2}}][{{pad .Empty 1 2}}]", "/we[ /web  ][]")]
    [InlineData("{{len .L}}{{len .Name}}{{len .O}}{{len \"é\"}}", "3422")]
    [InlineData("{{index .O.Z 1}}{{index .Ms 0 \"S\"}}{{slice .Name 1}}{{slice .Name 1 3}}{{slice .L 1 2}}", "2/xwebwe[b]")]
    [InlineData("{{print 1 2 \"a\" \"b\" 3}}{{println .Name}}", "1 2ab3/web\n")]
    [InlineData("{{(index .Ms 1).S}}{{(split \"a:b\" \":\") | len}}", "/y2")]
    [InlineData("{{printf \"%q %v %d %05d %+d %x %X %t %.2f %8.3f %s %%\" .Name .N 42 7 8 255 255 .Yes .F .F .L}}", "\"/web\" 3 42 00007 +8 ff FF true 2.50    2.500 [a b c] %")]
    [InlineData("{{printf \"%d\" \"x\"}}{{printf \"%d\"}}", "%!d(string=x)%!d(MISSING)")]
    [InlineData("{{println}}", "\n")]
    public void Gives(string template, string text) => Assert.Equal(text, Template.Parse(template).Apply(Encoding.UTF8.GetBytes(Document)));

    [Theory]
    [InlineData("{{.name}}", "name")]
    [InlineData("{{.Config.Nope}}", "Nope")]
    [InlineData("{{.Nil.X}}", "nil")]
    [InlineData("{{.Name.X}}", "X")]
    [InlineData("{{index .L 9}}", "9")]
    [InlineData("{{index .L \"a\"}}", "index")]
    [InlineData("{{.Name 1}}", "no function")]
    [InlineData("{{upper 1}}", "upper")]
    [InlineData("{{upper}}", "upper")]
    [InlineData("{{lt .Name 1}}", "comparison")]
    [InlineData("{{len .N}}", "len")]
    [InlineData("{{range .N2}}{{end}}", "N2")]
    [InlineData("{{join .Name \",\"}}", "slice")]
    [InlineData("{{printf \"%99999999d\" 1}}", "width")]
    [InlineData("{{.Label 1}}", "Label")]
    public void Fails_when_applied(string template, string names)
    {
        var parsed = Template.Parse(template);
        string message = Assert.Throws<SampanException>(() => parsed.Apply(Encoding.UTF8.GetBytes(Document))).Message;
        Assert.StartsWith("template: ", message);
        Assert.Contains(names, message);
    }

    [Theory]
    [InlineData("{{.A")]
    [InlineData("{{}}")]
    [InlineData("{{if .A}}x")]
    [InlineData("{{end}}")]
    [InlineData("{{else}}")]
    [InlineData("{{foo .A}}")]
    [InlineData("{{\"x}}")]
    [InlineData("{{(.A}}")]
    [InlineData("{{.A)}}")]
    [InlineData("{{.A |}}")]
    [InlineData("{{| upper}}")]
    [InlineData("{{$x}}")]
    [InlineData("{{$x = 1}}")]
    [InlineData("{{range $i, .A}}{{end}}")]
    [InlineData("{{break}}")]
    [InlineData("{{1 2}}")]
    [InlineData("{{template \"x\"}}")]
    [InlineData("{{\"\\q\"}}")]
    [InlineData("{{''}}")]
    [InlineData("{{with $x := .A}}{{end}}{{$x}}")]
    public void Is_no_template(string template) => Assert.StartsWith("template: ", Assert.Throws<SampanException>(() => Template.Parse(template)).Message);

    [Fact]
    public void Depth_is_bounded()
    {
        Assert.Throws<SampanException>(() => Template.Parse(string.Concat(Enumerable.Repeat("{{if .A}}", 10_000))));
        Assert.Throws<SampanException>(() => Template.Parse("{{" + new string('(', 10_000) + ".A" + new string(')', 10_000) + "}}"));
    }

    [Fact]
    public void Labels_of_a_row()
    {
        var labels = new Dictionary<string, string> { ["com.a"] = "1" };
        Assert.Equal("1-", Template.Parse("{{.Label \"com.a\"}}-{{.Label \"none\"}}").Apply("{\"Labels\":\"com.a=1\"}"u8.ToArray(), labels));
    }

    [Fact]
    public void Fields_that_are_mentioned()
    {
        Assert.True(Template.Parse("{{if .X}}{{upper (print .Size)}}{{end}}").Mentions("Size"));
        Assert.False(Template.Parse("{{.Sizes}} Size").Mentions("Size"));
    }
}
