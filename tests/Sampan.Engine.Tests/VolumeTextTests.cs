namespace Sampan.Engine.Tests;

public sealed class VolumeTextTests
{
    [Theory]
    [InlineData("/a:/b", "/a", "/b", true, "rprivate")]
    [InlineData("/a/../c//d:/b/./x:ro", "/c/d", "/b/x", false, "rprivate")]
    [InlineData("/a:/b:rw,rshared,z", "/a", "/b", true, "rshared")]
    [InlineData("name:/b", "name", "/b", true, "rprivate")]
    [InlineData("/a:/b:ro,Z,cached,slave", "/a", "/b", false, "slave")]
    [InlineData("name:/b:ro,nocopy", "name", "/b", false, "rprivate")]
    [InlineData("/b", null, "/b", true, "rprivate")]
    public void Volumes(string text, string? source, string destination, bool writable, string propagation)
    {
        var volume = VolumeText.Parse(text);
        Assert.Equal((source, destination, writable, propagation), (volume.Source, volume.Destination, volume.Writable, volume.Propagation));
    }

    [Theory]
    [InlineData("", "must be absolute")]
    [InlineData("a:b", "must be absolute")]
    [InlineData("/a:b", "must be absolute")]
    [InlineData("/a:/", "can't be '/'")]
    [InlineData("/a:/b/..", "can't be '/'")]
    [InlineData(":/b", "empty section")]
    [InlineData("~/a:/b", "use an absolute path")]
    [InlineData("a/b:/c", "use an absolute path")]
    [InlineData("../a:/c", "use an absolute path")]
    [InlineData("/a:/b:ro,rw", "invalid mode: ro,rw")]
    [InlineData("/a:/b:fast", "invalid mode: fast")]
    [InlineData("/a:/b:shared,slave", "invalid mode")]
    [InlineData("name:/b:rshared", "invalid mode")]
    [InlineData("name:/b:nocopy,nocopy", "invalid mode")]
    [InlineData("/a:/b:cached,delegated", "invalid mode")]
    [InlineData("/a:/b:z,Z", "invalid mode")]
    [InlineData("/a:/b:ro:x", "too many colons")]
    public void Mistakes_are_shown(string text, string words)
    {
        string message = Assert.Throws<SampanException>(() => VolumeText.Parse(text)).Message;
        Assert.StartsWith($"invalid volume specification: '{text}': ", message);
        Assert.Contains(words, message);
    }
}
