using System.Text;
using CsCheck;
using Sampan.Engine.Monitoring;

namespace Sampan.Engine.Tests.Monitoring;

public sealed class DetachKeysTests
{
    [Theory]
    [InlineData("ctrl-p,ctrl-q", new byte[] { 16, 17 })]
    [InlineData("ctrl-a", new byte[] { 1 })]
    [InlineData("a,ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,DEL", new byte[] { (byte)'a', 0, 27, 28, 29, 30, 31, 127 })]
    [InlineData("CTRL-Z", new byte[] { 26 })]
    [InlineData("", new byte[0])]
    public void Keys_are_read(string text, byte[] keys) => Assert.Equal(keys, DetachKeys.Parse(text).Keys.ToArray());

    [Theory]
    [InlineData("ctrl-")]
    [InlineData("ctrl-1")]
    [InlineData("ctrl-p,,q")]
    [InlineData("ab")]
    [InlineData("é")]
    public void What_is_no_key_is_named(string text)
        => Assert.Contains($"\"{text}\"", Assert.Throws<SampanException>(() => DetachKeys.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a,a,b", "aaab", "a", true)]
    [InlineData("a,a,b", "aacaab", "aac", true)]
    [InlineData("a,b,a,c", "ababac", "ab", true)]
    [InlineData("a,b", "axab!", "ax", true)]
    [InlineData("a,b", "xa", "x", false)]
    [InlineData("", "anything", "anything", false)]
    public void The_sequence_is_found_and_the_rest_passes(string keys, string typed, string passed, bool found)
        => Assert.Equal((passed, found), Pass(keys, typed, typed.Length));

    [Fact]
    public void It_does_not_matter_how_the_typing_is_cut()
    {
        var letters = Gen.Char['a', 'c'];
        Gen.Select(letters.Array[1, 4], letters.Array[0, 30], Gen.Int[1, 7]).Sample((keys, typed, cut) =>
        {
            string text = new(typed), sequence = new(keys);
            var (passed, found) = Pass(string.Join(',', keys), text, cut);
            int at = text.IndexOf(sequence, StringComparison.Ordinal);
            Assert.Equal(at >= 0, found);
            if (found)
                Assert.Equal(text[..at], passed);
            else
                Assert.True(text.StartsWith(passed, StringComparison.Ordinal) && sequence.StartsWith(text[passed.Length..], StringComparison.Ordinal), $"{text} with {sequence} passed {passed}");
        });
    }

    private static (string Passed, bool Found) Pass(string keys, string typed, int cut)
    {
        var filter = new DetachKeyFilter(DetachKeys.Parse(keys));
        var passed = new StringBuilder();
        byte[] to = new byte[typed.Length + filter.MostHeld];
        foreach (var part in Encoding.ASCII.GetBytes(typed).Chunk(cut))
        {
            bool found = filter.Pass(part, to, out int length);
            passed.Append(Encoding.ASCII.GetString(to, 0, length));
            if (found)
                return (passed.ToString(), true);
        }
        return (passed.ToString(), false);
    }
}
