using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>Images for several platforms.</summary>
public sealed class PlatformTests : RegistryTest
{
    private readonly FakeRegistry _registry = new();
    private string Name => $"{_registry.Name}/app:1";

    protected override void CleanUp() => _registry.Dispose();

    [Theory]
    [InlineData(Oci.MediaTypes.Index)]
    [InlineData(Oci.MediaTypes.DockerManifestList)]
    public void Of_an_index_the_one_for_this_machine_is_pulled_or_the_one_asked_for(string type)
    {
        string digest = _registry.Index("1", type, ("unknown/unknown", Image("386")), ("linux/arm/v6", Image("arm", "v6")), ("linux/arm64/v8", Image("arm64", "v8")), ("linux/amd64", Image("amd64")));
        Cli sampan = NewSampan();
        Assert.Contains($"Digest: {digest}", sampan.Run("pull", Name).Succeeds().Stdout);
        Assert.Equal("amd64", Motd(sampan));
        Assert.Contains("Image is up to date", sampan.Run("pull", Name).Succeeds().Stdout);

        Assert.Contains("Downloaded newer", sampan.Run("pull", "--platform", "linux/arm/v7", Name).Succeeds().Stdout);
        Assert.Equal("arm v6", Motd(sampan));
        Assert.Equal("arm v6 [" + $"{_registry.Name}/app@{digest}]", sampan.Run("image", "inspect", "-f", "{{.Architecture}} {{.Variant}} {{.RepoDigests}}", $"{_registry.Name}/app@{digest}").Succeeds().Line);
        Assert.Contains("Downloaded newer", sampan.Run("pull", "--platform", "aarch64", Name).Succeeds().Stdout);
        Assert.Equal("arm64 v8", Motd(sampan));
        sampan.Run("pull", "-q", "--platform", "linux/s390x", Name).FailsWith(1, "app:1", "no image for linux/s390x", "linux/arm/v6, linux/arm64, linux/amd64");
        Assert.Contains("Downloaded newer", sampan.Run("pull", Name).Succeeds().Stdout);
        Assert.Equal("amd64", Motd(sampan));
    }

    [Fact]
    public void Indexes_in_indexes_are_followed_and_circles_left()
    {
        string inner = _registry.Index("inner", ("linux/arm64", Image("arm64")), ("linux/amd64", Image("amd64")));
        string other = _registry.Index("other", ("linux/s390x", Image("s390x")));
        _registry.Index("1", ("", other), ("", inner));
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).Succeeds();
        Assert.Equal("amd64", Motd(sampan));

        string deep = inner;
        for (int i = 0; i < 5; i++)
            deep = _registry.Index("deep", ("", deep));
        sampan.Run("pull", "-q", $"{_registry.Name}/app:deep").FailsWith(1, "nested too deep");
        string wide = _registry.Index("1", [.. Enumerable.Repeat(("", _registry.Index("x", [.. Enumerable.Repeat(("", other), 8)])), 8)]);
        NewSampan("wide").Run("pull", "-q", Name).FailsWith(1, "more than 32");
        Assert.NotEqual("", wide);
    }

    [Fact]
    public void An_index_is_pulled_by_its_digest_and_found_by_it()
    {
        string digest = _registry.Index("1", ("linux/amd64", Image("amd64")));
        string name = $"{_registry.Name}/app@{digest}";
        Cli sampan = NewSampan();
        Assert.Equal(name, sampan.Run("pull", "-q", name).Succeeds().Line);
        Assert.Contains("Image is up to date", sampan.Run("pull", name).Succeeds().Stdout);
        Assert.Equal($"{_registry.Name}/app <none> {digest}", sampan.Run("images", "--format", "{{.Repository}} {{.Tag}} {{.Digest}}").Succeeds().Line);
        Assert.Equal("Untagged: " + name, sampan.Run("rmi", name).Succeeds().Lines[0]);
    }

    [Fact]
    public void An_image_for_another_machine_runs_only_when_it_is_meant()
    {
        string registry = StartRegistry();
        Cli maker = NewSampan("maker");
        MakeImage(maker, $"{registry}/app");
        maker.Run("push", "-q", $"{registry}/app").Succeeds();
        Host("skopeo", "copy", "--src-tls-verify=false", $"docker://{registry}/app", $"dir:{Work}/image").Succeeds();
        string manifest = File.ReadAllText(InWork("image/manifest.json"));
        string config = Directory.GetFiles(InWork("image")).First(f => !f.EndsWith("manifest.json", StringComparison.Ordinal) && new FileInfo(f).Length < 10_000 && File.ReadAllText(f).Contains("diff_ids"));
        byte[] arm = System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(config).Replace("\"amd64\"", "\"arm64\"", StringComparison.Ordinal));
        File.WriteAllBytes(config, arm);
        string digest = FakeRegistry.DigestOf(arm);
        File.Move(config, InWork($"image/{digest[7..]}"));
        File.WriteAllText(InWork("image/manifest.json"), manifest.Replace(Path.GetFileName(config), digest[7..], StringComparison.Ordinal));
        Host("skopeo", "copy", "--dest-tls-verify=false", $"dir:{Work}/image", $"docker://{registry}/app:arm").Succeeds();

        Cli sampan = NewSampan();
        var run = sampan.Run("run", "--rm", "-q", $"{registry}/app:arm", "cat", "/opt/x/f").Succeeds();
        Assert.Equal("hi", run.Line);
        run = sampan.Run("run", "--rm", $"{registry}/app:arm", "true").Succeeds();
        run.SaysOneLine("linux/arm64", "linux/amd64", "--platform");
        Assert.Equal("", sampan.Run("run", "--rm", "--platform=linux/arm64", $"{registry}/app:arm", "true").Succeeds().Stderr);
        sampan.Run("run", "--rm", "--pull=never", "--platform", "linux/amd64", $"{registry}/app:arm", "true").FailsWith(125, "here for linux/arm64, not for linux/amd64");
        sampan.Run("run", "--rm", "-q", "--platform", "linux/amd64", $"{registry}/app:arm", "true").FailsWith(125, "is for linux/arm64, not linux/amd64");
        sampan.Run("create", "--platform", "windows/amd64", "busybox").FailsWith(1, "containers here run Linux");
    }

    [Fact]
    public void All_tags_of_a_repository_are_pulled_page_by_page()
    {
        Image("amd64", tag: "one");
        Image("arm64", tag: "two");
        _registry.Misbehave = r => r.Path switch
        {
            "/v2/app/tags/list?n=1000" => new FakeAnswer(200, """{"name":"app","tags":["one"]}"""u8.ToArray(), ("Link", "</v2/app/tags/list?n=1000&last=one>; rel=\"next\"")),
            "/v2/app/tags/list?n=1000&last=one" => new FakeAnswer(200, """{"name":"app","tags":["two"]}"""u8.ToArray()),
            _ => null,
        };
        Cli sampan = NewSampan();
        var pull = sampan.Run("pull", "-a", $"{_registry.Name}/app").Succeeds();
        Assert.Equal($"{_registry.Name}/app", pull.Lines[^1]);
        Assert.Equal(["one", "two"], sampan.Run("images", "--format", "{{.Tag}}").Succeeds().Lines.Order());
        sampan.Run("pull", "-a", Name).FailsWith(1, "--all-tags");
    }

    private string Image(string architecture, string variant = "", string tag = "part")
        => _registry.ImageFor(architecture, variant, tag, new TestTar().File("motd", $"{architecture} {variant}".TrimEnd()).ToArray());

    private string Motd(Cli sampan)
        => File.ReadAllText(sampan.Run("image", "inspect", "-f", "{{.GraphDriver.Data.UpperDir}}", Name).Succeeds().Line + "/motd");
}
