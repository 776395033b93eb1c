namespace Sampan.Images.Tests;

public sealed class ReferenceTests
{
    private const string Hash = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("user/app", "docker.io/user/app:latest", "user/app:latest")]
    [InlineData("docker.io/library/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("index.docker.io/a/b:c", "docker.io/a/b:c", "a/b:c")]
    [InlineData("localhost/x", "localhost/x:latest", "localhost/x:latest")]
    [InlineData("localhost:5000/x/y:Tag_1.2-3", "localhost:5000/x/y:Tag_1.2-3", "localhost:5000/x/y:Tag_1.2-3")]
    [InlineData("[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest")]
    [InlineData("Registry.Example/x", "Registry.Example/x:latest", "Registry.Example/x:latest")]
    [InlineData("a__b-c---d.e_f", "docker.io/library/a__b-c---d.e_f:latest", "a__b-c---d.e_f:latest")]
    [InlineData("busybox@" + Hash, "docker.io/library/busybox@" + Hash, "busybox@" + Hash)]
    [InlineData("busybox:1@" + Hash, "docker.io/library/busybox:1@" + Hash, "busybox:1@" + Hash)]
    public void Names_are_normalised(string text, string full, string familiar)
    {
        var reference = ImageReference.Parse(text);
        Assert.Equal(full, reference.ToString());
        Assert.Equal(familiar, reference.Familiar);
        Assert.Equal(full, ImageReference.Parse(full).ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("Busybox", "must be lowercase")]
    [InlineData("a/B", "must be lowercase")]
    [InlineData("busybox:", "tag")]
    [InlineData("busybox:-x", "tag")]
    [InlineData("busybox:a b", "tag")]
    [InlineData("busybox@sha256:abc", "digest")]
    [InlineData("busybox@md5:d41d8cd98f00b204e9800998ecf8427e", "digest")]
    [InlineData("-x", "joined by")]
    [InlineData("x-", "joined by")]
    [InlineData("a..b", "joined by")]
    [InlineData("a___b", "joined by")]
    [InlineData("a._b", "joined by")]
    [InlineData("a//b", "joined by")]
    [InlineData("/a", "joined by")]
    [InlineData("a/", "joined by")]
    [InlineData("a.b:x/c", "registry")]
    [InlineData("-a.b/c", "registry")]
    [InlineData("../x", "registry")]
    [InlineData("bad\nname", "joined by")]
    [InlineData("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "64 hexadecimal")]
    public void What_is_no_reference_is_refused_in_one_line(string text, string why)
    {
        var error = Assert.Throws<SampanException>(() => ImageReference.Parse(text));
        Assert.Equal(ErrorKind.InvalidArgument, error.Kind);
        Assert.Contains(why, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.StartsWith("invalid reference format: ", error.Message);
    }

    [Fact]
    public void Names_have_a_bound()
    {
        Assert.True(ImageReference.TryParse("a/" + new string('x', 240), out _));
        Assert.False(ImageReference.TryParse("a/" + new string('x', 250), out _));
        Assert.False(ImageReference.TryParse(new string('x', 100_000), out _));
        Assert.True(ImageReference.TryParse("a:" + new string('x', 128), out _));
        Assert.False(ImageReference.TryParse("a:" + new string('x', 129), out _));
    }
}
