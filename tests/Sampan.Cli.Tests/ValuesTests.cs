using Sampan.Cli.Grammar;

using Xunit;

namespace Sampan.Cli.Tests;

public sealed class ValuesTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1024", 1024)]
    [InlineData("5b", 5)]
    [InlineData("1k", 1024)]
    [InlineData("1KB", 1024)]
    [InlineData("1KiB", 1024)]
    [InlineData("512m", 512L << 20)]
    [InlineData("512 MB", 512L << 20)]
    [InlineData("1.5g", 3L << 29)]
    [InlineData("2T", 2L << 40)]
    [InlineData("1p", 1L << 50)]
    [InlineData("-1", -1)]
    public void Sizes(string text, long bytes) => Assert.Equal(bytes, Values.Bytes(text));

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-5m")]
    [InlineData("5x")]
    [InlineData("5ib")]
    [InlineData("1,5g")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("5 m b")]
    [InlineData("9999999999p")]
    [InlineData("99999999999999999999999999999999999999999999")]
    public void Not_sizes(string text) => Assert.Throws<FormatException>(() => Values.Bytes(text));

    [Theory]
    [InlineData("0.5", 500_000_000)]
    [InlineData("2", 2_000_000_000)]
    [InlineData(".000000001", 1)]
    public void Cpus(string text, long nano) => Assert.Equal(nano, Values.NanoCpus(text));

    [Theory]
    [InlineData("")]
    [InlineData("two")]
    [InlineData("-1")]
    [InlineData("0.0000000001")]
    [InlineData("1e9")]
    [InlineData("99999999999999")]
    public void Not_cpus(string text) => Assert.Throws<FormatException>(() => Values.NanoCpus(text));
}
