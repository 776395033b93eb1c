using Sampan.Linux;

namespace Sampan.Engine.Tests;

public sealed class NamesTests
{
    [Theory]
    [InlineData("ab")]
    [InlineData("a-b_c.d9")]
    [InlineData("0x")]
    public void Good_names(string name) => Assert.True(ContainerNames.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("-ab")]
    [InlineData(".ab")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../etc")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("äb")]
    public void Bad_names(string name) => Assert.False(ContainerNames.IsValid(name));

    [Fact]
    public void A_name_is_no_longer_than_a_file_name() => Assert.False(ContainerNames.IsValid(new string('a', 256)));

    [Fact]
    public void Ids_are_64_digits_and_never_begin_like_a_number()
    {
        var seen = new HashSet<string>();
        for (int i = 0; i < 1000; i++)
        {
            string id = ContainerNames.NewId();
            Assert.True(ContainerStore.IsId(id));
            Assert.Contains(id[..12], char.IsAsciiLetter);
            Assert.True(seen.Add(id));
        }
    }

    [Fact]
    public void Invented_names_are_valid() => Assert.All(Enumerable.Range(0, 500), static _ => Assert.True(ContainerNames.IsValid(ContainerNames.Invent())));

    [Theory]
    [InlineData("TERM", Signal.SIGTERM)]
    [InlineData("sigkill", Signal.SIGKILL)]
    [InlineData("9", Signal.SIGKILL)]
    [InlineData("RTMIN", Signal.SIGRTMIN)]
    [InlineData("SIGRTMIN+3", (Signal)37)]
    [InlineData("rtmax-1", (Signal)63)]
    [InlineData("POLL", Signal.SIGIO)]
    [InlineData("SYS", Signal.SIGSYS)]
    public void Signals(string text, Signal signal) => Assert.Equal(signal, SignalNames.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("65")]
    [InlineData("-9")]
    [InlineData("FOO")]
    [InlineData("RTMIN-1")]
    [InlineData("RTMIN+99")]
    public void Not_signals(string text) => Assert.Throws<SampanException>(() => SignalNames.Parse(text));
}
