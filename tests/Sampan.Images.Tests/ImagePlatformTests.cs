using Sampan.Oci;

namespace Sampan.Images.Tests;

/// <summary>Platforms, and which image of several is for one.</summary>
public sealed class ImagePlatformTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/amd64")]
    [InlineData("linux/x86_64/v1", "linux/amd64")]
    [InlineData("linux/amd64/v2", "linux/amd64/v2")]
    [InlineData("Linux/AArch64/v8", "linux/arm64")]
    [InlineData("arm64", "linux/arm64")]
    [InlineData("armhf", "linux/arm/v7")]
    [InlineData("linux/arm", "linux/arm/v7")]
    [InlineData("linux/arm/6", "linux/arm/v6")]
    [InlineData("i386", "linux/386")]
    public void Is_read_in_any_spelling(string text, string platform) => Assert.Equal(platform, ImagePlatform.Parse(text).ToString());

    [Theory]
    [InlineData("", ErrorKind.InvalidArgument)]
    [InlineData("linux/", ErrorKind.InvalidArgument)]
    [InlineData("linux/amd64/v2/x", ErrorKind.InvalidArgument)]
    [InlineData("linux amd64", ErrorKind.InvalidArgument)]
    [InlineData("toaster", ErrorKind.InvalidArgument)]
    [InlineData("windows/amd64", ErrorKind.Unsupported)]
    public void What_is_none_is_refused(string text, ErrorKind kind) => Assert.Equal(kind, Assert.Throws<SampanException>(() => ImagePlatform.Parse(text)).Kind);

    [Theory]
    [InlineData("linux/amd64", "arm64 amd64/v2 amd64", "amd64")]
    [InlineData("linux/amd64/v3", "amd64 amd64/v2 amd64/v4", "amd64/v2")]
    [InlineData("linux/amd64/v1", "amd64/v1", "amd64/v1")]
    [InlineData("linux/amd64", "386 arm", "386")]
    [InlineData("linux/amd64", "amd64/v2", "")]
    [InlineData("linux/arm/v7", "arm/v5 arm/v6 arm/v8", "arm/v6")]
    [InlineData("linux/arm/v7", "arm", "arm")]
    [InlineData("linux/arm/v6", "arm/v7", "")]
    [InlineData("linux/arm64", "arm/v7 arm64/v8", "arm64/v8")]
    [InlineData("linux/arm64", "arm/v7 amd64", "arm/v7")]
    [InlineData("linux/arm64/v9", "arm64", "arm64")]
    [InlineData("linux/s390x", "amd64 s390x", "s390x")]
    public void The_best_that_the_processor_can_do_is_chosen(string wanted, string there, string chosen)
        => Assert.Equal(chosen, string.Concat(ImagePlatform.Parse(wanted).Choose(Index(there)).Select(static e => e.Annotation("is"))));

    [Fact]
    public void What_is_no_image_is_passed_over()
    {
        var index = Index("amd64 amd64 amd64 amd64");
        index.Manifests![0].Annotations!["vnd.docker.reference.type"] = "attestation-manifest";
        index.Manifests[1].Platform!.Os = "unknown";
        index.Manifests[2].ArtifactType = "application/vnd.example.signature";
        Assert.Same(index.Manifests[3], Assert.Single(ImagePlatform.Parse("amd64").Choose(index)));
        Assert.Equal("linux/amd64", ImagePlatform.Offered(index));
    }

    [Fact]
    public void An_entry_that_does_not_say_counts_when_it_is_alone_or_an_index()
    {
        var silent = new ImageIndex { Manifests = [new Descriptor { MediaType = MediaTypes.Manifest }, new Descriptor { MediaType = MediaTypes.Index }] };
        Assert.Same(silent.Manifests[1], Assert.Single(ImagePlatform.Host.Choose(silent)));
        silent.Manifests.RemoveAt(1);
        Assert.Single(ImagePlatform.Host.Choose(silent));
    }

    private static ImageIndex Index(string platforms) => new()
    {
        Manifests = [.. platforms.Split(' ').Select(static p => new Descriptor
        {
            MediaType = MediaTypes.Manifest, Annotations = new() { ["is"] = p },
            Platform = new Platform { Os = "linux", Architecture = p.Split('/')[0], Variant = p.Contains('/') ? p.Split('/')[1] : null },
        })],
    };
}
