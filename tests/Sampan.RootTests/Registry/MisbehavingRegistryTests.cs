using System.Text;
using Sampan.Images;
using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>Pulling from a registry that breaks off, lies, and sends elsewhere: an image is there as a whole or not at all.</summary>
public sealed class MisbehavingRegistryTests : RootTest
{
    private static readonly byte[] s_layer = new TestTar().Directory("etc").File("etc/big", RandomBytes(600_000)).File("etc/motd", "hello").ToArray();

    private readonly FakeRegistry _registry = new();
    private string Name => $"{_registry.Name}/app:1";
    private static string LayerPath => $"/v2/app/blobs/{FakeRegistry.DigestOf(s_layer)}";

    protected override void CleanUp() => _registry.Dispose();

    [Fact]
    public void A_download_that_breaks_off_goes_on_where_it_broke()
    {
        _registry.Image("1", s_layer);
        _registry.Misbehave = r => r.Path == LayerPath && r.Before < 2 ? _registry.Behave(r) with { CutAfter = 100_000 } : null;
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).Succeeds();
        Assert.Equal([null, "bytes=100000-", "bytes=200000-"], LayerRequests().Select(r => r.Range));
        AssertUnpacked(sampan);
    }

    [Fact]
    public void A_registry_that_ignores_ranges_sends_it_all_again()
    {
        _registry.Image("1", s_layer);
        _registry.Misbehave = r => r.Path != LayerPath ? null : r.Before == 0 ? new FakeAnswer(200, s_layer) { CutAfter = 300_000 } : new FakeAnswer(200, s_layer);
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).Succeeds();
        AssertUnpacked(sampan);
    }

    [Fact]
    public void A_killed_pull_leaves_no_image_and_the_next_one_goes_on()
    {
        _registry.Image("1", s_layer);
        _registry.Misbehave = r => r.Path == LayerPath && r.Before == 0 ? new FakeAnswer(200, s_layer) { CutAfter = 400_000, HangAfterCut = true } : null;
        Cli sampan = NewSampan();
        Child pull = sampan.Start("pull", "-q", Name);
        string part = $"{sampan.Store.Root}/downloads/{FakeRegistry.DigestOf(s_layer)[7..]}";
        Assert.True(SpinWait.SpinUntil(() => File.Exists(part) && new FileInfo(part).Length == 400_000, Child.Limit));
        pull.Signal(9);
        pull.Finish().ExitsWith(137);
        Assert.Equal("", sampan.Run("images", "-q").Succeeds().Stdout);
        sampan.Run("pull", "-q", Name).Succeeds();
        Assert.Equal("bytes=400000-", LayerRequests()[^1].Range);
        AssertUnpacked(sampan);
    }

    [Fact]
    public void Content_that_is_not_the_digests_is_refused_and_forgotten()
    {
        _registry.Image("1", s_layer);
        byte[] other = [.. s_layer];
        other[700] ^= 1;
        _registry.Misbehave = r => r.Path == LayerPath && r.Before == 0 ? new FakeAnswer(200, other) : null;
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).FailsWith(1, FakeRegistry.DigestOf(s_layer), FakeRegistry.DigestOf(other));
        AssertNothing(sampan);
        sampan.Run("pull", "-q", Name).Succeeds();
        AssertUnpacked(sampan);
    }

    [Fact]
    public void A_config_that_is_not_the_digests_is_refused()
    {
        _registry.Image("1", s_layer);
        _registry.Misbehave = r => r.Path.Contains("/blobs/") && r.Path != LayerPath
            ? new FakeAnswer(200, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_registry.Behave(r).Body).Replace("{\"architecture\"", "{\"config\":{\"Cmd\":[\"other\"]},\"architecture\"", StringComparison.Ordinal))) : null;
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).FailsWith(1, "image config", "its content is");
        AssertNothing(sampan);
    }

    [Fact]
    public void More_than_the_manifest_says_is_refused()
    {
        _registry.Image("1", s_layer);
        _registry.Misbehave = r => r.Path == LayerPath ? new FakeAnswer(200, [.. s_layer, 0]) : null;
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).FailsWith(1, $"more than the {s_layer.Length} bytes");
        AssertNothing(sampan);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public void A_busy_registry_is_asked_again(int status)
    {
        _registry.Image("1", s_layer);
        _registry.Misbehave = r => r.Path != "/v2/" && r.Before == 0 ? new FakeAnswer(status, [], ("Retry-After", "0")) : null;
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).Succeeds();
        AssertUnpacked(sampan);
    }

    [Fact]
    public void A_token_goes_to_the_registry_and_not_where_it_redirects_to()
    {
        _registry.Image("1", s_layer);
        using var elsewhere = new FakeRegistry();
        elsewhere.Blob(s_layer);
        _registry.Misbehave = r => r.Path.StartsWith("/token", StringComparison.Ordinal) ? new FakeAnswer(200, """{"token":"secret-token","expires_in":300}"""u8.ToArray())
            : r.Path == "/v2/" ? null
            : r.Authorization != "Bearer secret-token" ? new FakeAnswer(401, [], ("WWW-Authenticate", $"Bearer realm=\"http://{_registry.Name}/token\",service=\"here\",scope=\"repository:app:pull\""))
            : r.Path == LayerPath ? new FakeAnswer(307, [], ("Location", $"http://{elsewhere.Name}{r.Path}")) : null;
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).Succeeds();
        AssertUnpacked(sampan);
        Assert.Contains(elsewhere.Requests, r => r.Path == LayerPath);
        Assert.All(elsewhere.Requests, r => Assert.Null(r.Authorization));
        Assert.Equal($"/token?service=here&scope={Uri.EscapeDataString("repository:app:pull")}", Assert.Single(_registry.Requests, r => r.Path.StartsWith("/token", StringComparison.Ordinal)).Path);
    }

    [Fact]
    public void One_token_is_for_all_tags()
    {
        foreach (string tag in (string[])["1", "2", "3"])
            _registry.Image(tag, s_layer, new TestTar().File(tag).ToArray());
        _registry.Misbehave = r => r.Path.StartsWith("/token", StringComparison.Ordinal) ? new FakeAnswer(200, """{"token":"secret-token","expires_in":300}"""u8.ToArray())
            : r.Path == "/v2/" ? null
            : r.Authorization != "Bearer secret-token" ? new FakeAnswer(401, [], ("WWW-Authenticate", $"Bearer realm=\"http://{_registry.Name}/token\""))
            : r.Path.StartsWith("/v2/app/tags/list", StringComparison.Ordinal) ? new FakeAnswer(200, """{"name":"app","tags":["1","2","3"]}"""u8.ToArray()) : null;
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", "-a", $"{_registry.Name}/app").Succeeds();
        Assert.Equal(3, sampan.Run("images", "-q", $"{_registry.Name}/app").Succeeds().Lines.Length);
        Assert.Single(_registry.Requests, static r => r.Path.StartsWith("/token", StringComparison.Ordinal));
        int before = Tokens();
        sampan.Run("push", "-q", "-a", $"{_registry.Name}/app").Succeeds();
        Assert.Equal(before + 1, Tokens());

        int Tokens() => _registry.Requests.Count(static r => r.Path.StartsWith("/token", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_it_redirects_to_may_not_ask_for_credentials()
    {
        _registry.Image("1", s_layer);
        using var elsewhere = new FakeRegistry();
        elsewhere.Misbehave = r => new FakeAnswer(401, [], ("WWW-Authenticate", $"Bearer realm=\"http://{elsewhere.Name}/token\""));
        _registry.Misbehave = r => r.Path == LayerPath ? new FakeAnswer(307, [], ("Location", $"http://{elsewhere.Name}{r.Path}")) : null;
        NewSampan().Run("pull", "-q", Name).FailsWith(1, "access denied");
        Assert.DoesNotContain(elsewhere.Requests, r => r.Path.StartsWith("/token", StringComparison.Ordinal));
    }

    [Fact]
    public void A_password_goes_to_its_registry_and_not_to_a_token_server_of_another_site()
    {
        string basic = "Basic " + Convert.ToBase64String("me:pass:word"u8);
        using var other = new FakeRegistry();
        _registry.Image("1", s_layer);
        Cli sampan = NewSampan();
        sampan.Environment["REGISTRY_AUTH_FILE"] = InWork("auth.json");
        File.WriteAllText(InWork("auth.json"), $$$"""{"auths":{"{{{_registry.Name}}}":{"auth":"{{{basic[6..]}}}"} } }""");
        _registry.Misbehave = r => r.Path == "/v2/" || r.Authorization == basic ? null : new FakeAnswer(401, [], ("WWW-Authenticate", "Basic realm=\"here\""));
        sampan.Run("pull", "-q", Name).Succeeds();
        AssertUnpacked(sampan);

        _registry.Misbehave = r => r.Path == "/v2/" ? null : new FakeAnswer(401, [], ("WWW-Authenticate", $"Bearer realm=\"http://localhost:{other.Name.Split(':')[1]}/token\""));
        NewSampanWith(sampan.Environment).Run("pull", "-q", Name).FailsWith(1, "not found");
        Assert.All(other.Requests, r => Assert.Null(r.Authorization));
        Assert.Contains(other.Requests, r => r.Path.StartsWith("/token", StringComparison.Ordinal));
    }

    private Cli NewSampanWith(Dictionary<string, string> environment)
    {
        Cli sampan = NewSampan("other");
        foreach (var (name, value) in environment)
            sampan.Environment[name] = value;
        return sampan;
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"name":"app"}""", "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", Oci.MediaTypes.Manifest, "calls itself")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[]}""", Oci.MediaTypes.Index, "layers")]
    [InlineData("""{"schemaVersion":2,"manifests":[],"layers":[],"config":{"digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":1}}""", Oci.MediaTypes.Manifest, "manifests")]
    [InlineData("{}", "text/html", "neither an image nor a list")]
    [InlineData("<html>", Oci.MediaTypes.Manifest, "not valid JSON")]
    public void A_document_that_is_no_image_is_refused(string json, string type, string words)
    {
        _registry.Manifest("1", json, type);
        Cli sampan = NewSampan();
        sampan.Run("pull", "-q", Name).FailsWith(1, words);
        AssertNothing(sampan);
    }

    [Fact]
    public void An_endless_manifest_is_refused()
    {
        _registry.Misbehave = r => r.Path == "/v2/" ? null : new FakeAnswer(200, new byte[(4 << 20) + 1], ("Content-Type", Oci.MediaTypes.Manifest));
        NewSampan().Run("pull", "-q", Name).FailsWith(1, "longer than");
    }

    private FakeRequest[] LayerRequests() => [.. _registry.Requests.Where(r => r.Path == LayerPath)];

    private static void AssertUnpacked(Cli sampan)
    {
        string layer = Directory.GetDirectories(sampan.Store.Root + "/layers").Single();
        Assert.Equal("hello", File.ReadAllText(layer + "/fs/etc/motd"));
        Assert.Equal(s_layer, File.ReadAllBytes($"{sampan.Store.Root}/images/blobs/sha256/{FakeRegistry.DigestOf(s_layer)[7..]}"));
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/downloads"));
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/incoming"));
    }

    private static void AssertNothing(Cli sampan)
    {
        Assert.Equal("", sampan.Run("images", "-q").Succeeds().Stdout);
        foreach (string part in (string[])["downloads", "incoming", "layers", "images/blobs/sha256"])
            if (Directory.Exists($"{sampan.Store.Root}/{part}"))
                Assert.Empty(Directory.GetFileSystemEntries($"{sampan.Store.Root}/{part}").Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)));
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(3).NextBytes(bytes);
        return bytes;
    }
}
