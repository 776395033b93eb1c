namespace Sampan.Engine.Tests;

public sealed class LogOptionsTests
{
    [Theory]
    [InlineData("max-size=10k", 10240L)]
    [InlineData("max-size=3MB", 3L << 20)]
    [InlineData("max-size=1g", 1L << 30)]
    [InlineData("max-size=77", 77L)]
    [InlineData("max-size=-1", 0L)]
    public void Sizes(string option, long bytes) => Assert.Equal(bytes, Of("json-file", option).MaxSize);

    [Theory]
    [InlineData("json-file", "max-size=0")]
    [InlineData("json-file", "max-size=k")]
    [InlineData("json-file", "max-size=99999999999999t")]
    [InlineData("json-file", "max-file=0")]
    [InlineData("json-file", "max-file=x")]
    [InlineData("json-file", "tag={{.Nonsense}}")]
    [InlineData("json-file", "tag={{.ID")]
    [InlineData("json-file", "nonsense=1")]
    [InlineData("journald", "max-size=1k")]
    [InlineData("none", "tag=x")]
    public void What_makes_no_sense_is_named(string driver, string option)
        => Assert.Contains(option[..option.IndexOf('=')], Assert.Throws<SampanException>(() => Of(driver, option)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_driver_is_named() => Assert.Contains("'syslog'", Assert.Throws<SampanException>(() => Of("syslog")).Message, StringComparison.Ordinal);

    [Fact]
    public void Attributes_are_what_the_options_name()
    {
        var record = new ContainerRecord
        {
            Id = new string('a', 64), Name = "boat", ImageId = "sha256:" + new string('b', 64),
            Config = new ContainerSettings { Image = "busybox", Labels = new() { ["role"] = "db\"", ["other"] = "x" }, Env = ["HOME=/", "MODE=1\n2", "MODE=3"] },
        };
        var json = Of("json-file", "labels=role,missing", "env=MODE", "tag={{.ImageName}}/{{ .Name }}/{{.ID}}/{{.ImageID}}");
        Assert.Equal($"{{\"MODE\":\"3\",\"role\":\"db\\\"\",\"tag\":\"busybox/boat/{new string('a', 12)}/{new string('b', 12)}\"}}", LogAttributes.Text(record, json));
        Assert.Equal("", LogAttributes.Text(record, Of("json-file")));
        string[] fields = LogAttributes.Text(record, Of("journald", "labels=role", "tag=t")).Split('\n');
        Assert.Contains("CONTAINER_NAME=boat", fields);
        Assert.Contains($"CONTAINER_ID_FULL={record.Id}", fields);
        Assert.Contains("SYSLOG_IDENTIFIER=t", fields);
        Assert.Contains("ROLE=db\"", fields);
    }

    private static LogOptions Of(string driver, params string[] options)
        => LogOptions.Of(new HostConfig { LogConfig = new LogSetting { Type = driver, Config = options.ToDictionary(o => o[..o.IndexOf('=')], o => o[(o.IndexOf('=') + 1)..]) } });
}
