using Sampan.Cli.Format;

namespace Sampan.Cli.Tests;

public sealed class HumanTests
{
    [Theory]
    [InlineData(0.4, "Less than a second")]
    [InlineData(1.9, "1 second")]
    [InlineData(2, "2 seconds")]
    [InlineData(59.9, "59 seconds")]
    [InlineData(60, "About a minute")]
    [InlineData(119, "About a minute")]
    [InlineData(120, "2 minutes")]
    [InlineData(3599, "59 minutes")]
    [InlineData(3600, "About an hour")]
    [InlineData(3600 * 1.4, "About an hour")]
    [InlineData(3600 * 1.6, "2 hours")]
    [InlineData(3600 * 47, "47 hours")]
    [InlineData(3600 * 48, "2 days")]
    [InlineData(3600 * 24 * 13, "13 days")]
    [InlineData(3600 * 24 * 14, "2 weeks")]
    [InlineData(3600 * 24 * 60, "2 months")]
    [InlineData(3600.0 * 24 * 365 * 2, "2 years")]
    public void Durations(double seconds, string text) => Assert.Equal(text, Human.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(999, "999B")]
    [InlineData(1000, "1kB")]
    [InlineData(1_234_567, "1.23MB")]
    [InlineData(12_345_678, "12.3MB")]
    [InlineData(123_456_789, "123MB")]
    [InlineData(4_000_000_000, "4GB")]
    public void Sizes(long bytes, string text) => Assert.Equal(text, Human.Size(bytes));

    [Theory]
    [InlineData("42m", "2026-01-02T02:22:00Z")]
    [InlineData("1h30m", "2026-01-02T01:34:00Z")]
    [InlineData("1.5s", "2026-01-02T03:03:58.5Z")]
    [InlineData("1700000000", "2023-11-14T22:13:20Z")]
    [InlineData("1700000000.5", "2023-11-14T22:13:20.5Z")]
    [InlineData("2020-01-01T00:00:00+01:00", "2019-12-31T23:00:00Z")]
    public void Moments(string text, string moment) => Assert.Equal(DateTimeOffset.Parse(moment), Moment.Parse(text, DateTimeOffset.Parse("2026-01-02T03:04:00Z")));

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("5x")]
    [InlineData("m")]
    [InlineData("99999999999999999999h")]
    public void Not_moments(string text) => Assert.Throws<SampanException>(() => Moment.Parse(text, DateTimeOffset.UtcNow));

    [Theory]
    [InlineData(0, "0B")]
    [InlineData(1023, "1023B")]
    [InlineData(1024, "1KiB")]
    [InlineData(1_500_000, "1.431MiB")]
    [InlineData(64L << 20, "64MiB")]
    [InlineData(2_055_208_960, "1.914GiB")]
    public void Binary_sizes(long bytes, string text) => Assert.Equal(text, Human.BinarySize((ulong)bytes));
}
