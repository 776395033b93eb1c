using System.Security.Cryptography;
using CsCheck;
using Sampan.Oci;

namespace Sampan.Images.Tests;

public sealed class SmallPartsTests
{
    [Fact]
    public void The_small_sha256_is_the_librarys()
        => Gen.Byte.Array[0, 300].Sample(data => Assert.Equal(SHA256.HashData(data), Sha256.Hash(data)), iter: 2000);

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("./a//b/.", "a/b")]
    [InlineData("/etc/passwd", "etc/passwd")]
    [InlineData("a/../b", "b")]
    [InlineData("./", "")]
    [InlineData("...", "...")]
    [InlineData("a/..b", "a/..b")]
    public void Entry_names_are_cleaned(string name, string clean)
        => Assert.Equal(clean, System.Text.Encoding.UTF8.GetString(EntryPath.Clean(System.Text.Encoding.UTF8.GetBytes(name))));

    [Theory]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/../x")]
    [InlineData("./..")]
    public void Names_that_lead_out_are_refused(string name)
        => Assert.Contains("leads out", Assert.Throws<SampanException>(() => EntryPath.Clean(System.Text.Encoding.UTF8.GetBytes(name))).Message);

    [Theory]
    [InlineData("sha256:E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:e3b0")]
    [InlineData("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd1")]
    [InlineData(" sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("")]
    public void Digests_are_strict(string text) => Assert.False(Digest.TryParse(text, out _));

    [Fact]
    public void Paths_in_overlay_options_survive()
        => Gen.String[Gen.OneOf(Gen.Const('\\'), Gen.Const(':'), Gen.Const(','), Gen.Char['a', 'e']), 1, 20].List[1, 5]
            .Sample(paths => Assert.Equal(paths, OverlayOptions.Split(OverlayOptions.Join(paths))), iter: 2000);

    [Fact]
    public void Storage_drivers_are_found_by_name()
    {
        Assert.Equal("overlay", StorageDrivers.Get("overlay").Name);
        Assert.Equal("copy", StorageDrivers.Get("copy").Name);
        var aufs = Assert.Throws<SampanException>(() => StorageDrivers.Get("aufs"));
        Assert.Equal(ErrorKind.Unsupported, aufs.Kind);
        Assert.Contains("mainline kernels do not have aufs", aufs.Message);
        Assert.Contains("overlay", aufs.Message);
        Assert.Contains("overlay, copy", Assert.Throws<SampanException>(() => StorageDrivers.Get("zfs")).Message);
    }

    [Theory]
    [InlineData("CMD [\"a\",\"b c\"]", "a|b c")]
    [InlineData("CMD echo hi", "/bin/sh|-c|echo hi")]
    [InlineData("cmd [\"a\",1]", "/bin/sh|-c|[\"a\",1]")]
    public void Commands_are_lists_or_shell_lines(string change, string expected)
    {
        var config = new ContainerConfig();
        ImageChanges.Apply(config, change);
        Assert.Equal(expected, string.Join('|', config.Cmd!));
    }

    [Fact]
    public void Changes_fill_the_config()
    {
        var config = new ContainerConfig();
        foreach (string change in (string[])["ENV A=1 B=\"x y\"", "ENV A=2", "ENV OLD the rest", "EXPOSE 80 53/udp 10-12", "USER 5:6", "WORKDIR /a", "WORKDIR b", "LABEL k='v w'", "STOPSIGNAL SIGINT", "VOLUME [\"/v\"]", "ENTRYPOINT [\"/e\"]"])
            ImageChanges.Apply(config, change);
        Assert.Equal(["A=2", "B=x y", "OLD=the rest"], config.Env!);
        Assert.Equal(["10/tcp", "11/tcp", "12/tcp", "53/udp", "80/tcp"], config.ExposedPorts!);
        Assert.Equal(("5:6", "/a/b", "v w", "SIGINT", "/v", "/e"), (config.User, config.WorkingDir, config.Labels!["k"], config.StopSignal, config.Volumes!.Single(), config.Entrypoint!.Single()));
    }

    [Theory]
    [InlineData("RUN x")]
    [InlineData("CMD")]
    [InlineData("ENV =x")]
    [InlineData("EXPOSE http")]
    [InlineData("EXPOSE 70000")]
    [InlineData("LABEL \"open")]
    [InlineData("USER a b")]
    [InlineData("")]
    public void Changes_without_sense_are_refused(string change)
        => Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<SampanException>(() => ImageChanges.Apply(new ContainerConfig(), change)).Kind);
}
