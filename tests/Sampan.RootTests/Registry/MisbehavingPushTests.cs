using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>Pushing to a registry that breaks off, refuses and sends elsewhere: a tag never means half an image.</summary>
public sealed class MisbehavingPushTests : RootTest
{
    private const int LayerSize = 600_000;
    private readonly FakeRegistry _registry = new();
    private string Name => $"{_registry.Name}/app:1";

    protected override void CleanUp() => _registry.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(503)]
    public void An_upload_that_breaks_off_is_begun_anew(int status)
    {
        Cli sampan = WithImage();
        _registry.Misbehave = r => IsLayer(r) && Uploads().Count(IsLayer) == 1 ? new FakeAnswer(status, [], ("Retry-After", "0")) : null;
        sampan.Run("push", "-q", Name).Succeeds();
        Assert.Equal(2, Uploads().Count(IsLayer));
        Assert.Equal(3, _registry.Requests.Count(r => r.Method == "POST"));
        NewSampan("other").Run("pull", "-q", Name).Succeeds();
    }

    [Fact]
    public void What_is_refused_gets_no_tag()
    {
        Cli sampan = WithImage();
        _registry.Misbehave = r => IsLayer(r) ? new FakeAnswer(400, """{"errors":[{"code":"DIGEST_INVALID","message":"not this one"}]}"""u8.ToArray()) : null;
        sampan.Run("push", "-q", Name).FailsWith(1, _registry.Name, "not this one");
        Assert.DoesNotContain(_registry.Requests, r => r.Method == "PUT" && r.Path.Contains("/manifests/"));
    }

    [Fact]
    public void A_manifest_that_arrived_as_another_is_told()
    {
        Cli sampan = WithImage();
        string other = FakeRegistry.DigestOf([]);
        _registry.Misbehave = r => r.Method == "PUT" && r.Path.Contains("/manifests/") ? new FakeAnswer(201, [], ("Docker-Content-Digest", other)) : null;
        sampan.Run("push", "-q", Name).FailsWith(1, "app:1", other);
    }

    [Fact]
    public void A_password_does_not_go_where_uploads_are_sent_to()
    {
        Cli sampan = WithImage();
        string basic = "Basic " + Convert.ToBase64String("me:secret"u8);
        using var elsewhere = new FakeRegistry();
        elsewhere.Misbehave = r => r.Method == "PUT" ? new FakeAnswer(201, []) : null;
        sampan.Environment["REGISTRY_AUTH_FILE"] = InWork("auth.json");
        File.WriteAllText(InWork("auth.json"), $$$"""{"auths":{"{{{_registry.Name}}}":{"auth":"{{{basic[6..]}}}"} } }""");
        _registry.Misbehave = r => r.Path == "/v2/" ? null
            : r.Authorization != basic ? new FakeAnswer(401, [], ("WWW-Authenticate", "Basic realm=\"here\""))
            : r.Method == "POST" ? new FakeAnswer(202, [], ("Location", $"http://{elsewhere.Name}/upload")) : null;
        sampan.Run("push", "-q", Name).Succeeds();
        Assert.Equal(2, elsewhere.Requests.Count(r => r.Method == "PUT"));
        Assert.All(elsewhere.Requests, r => Assert.Null(r.Authorization));
    }

    [Fact]
    public void A_registry_that_takes_no_large_bodies_gets_pieces()
    {
        Cli sampan = WithImage();
        _registry.Misbehave = static r => r.Body.Length > 200_000 ? new FakeAnswer(413, []) : null;
        sampan.Run("push", "-q", Name).Succeeds();
        Assert.Single(_registry.Requests, IsLayer);
        int[] pieces = [.. _registry.Requests.Where(static r => r.Method == "PATCH" && r.Body.Length <= 200_000).Select(static r => r.Body.Length)];
        Assert.Contains(131_072, pieces);
        NewSampan("other").Run("pull", "-q", Name).Succeeds();
    }

    [Fact]
    public void A_registry_that_wants_pieces_gets_them_from_the_start()
    {
        Cli sampan = WithImage();
        _registry.Misbehave = r => r.Method == "POST" ? _registry.Behave(r) is var begun ? begun with { Headers = [.. begun.Headers, ("OCI-Chunk-Min-Length", "9000000")] } : null : null;
        sampan.Run("push", "-q", Name).Succeeds();
        Assert.DoesNotContain(_registry.Requests, IsLayer);
        NewSampan("other").Run("pull", "-q", Name).Succeeds();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(503)]
    public void Pieces_go_on_where_they_broke_off(int status)
    {
        Cli sampan = WithImage();
        int broken = 0;
        _registry.Misbehave = r => r.Body.Length > 200_000 ? new FakeAnswer(413, [])
            : r.Method == "PATCH" && r.Headers["content-range"].StartsWith("262144-", StringComparison.Ordinal) && broken++ == 0 ? new FakeAnswer(status, [], ("Retry-After", "0")) : null;
        sampan.Run("push", "-q", Name).Succeeds();
        Assert.Equal(2, broken);
        Assert.Single(_registry.Requests, static r => r.Method == "GET" && r.Path.Contains("/uploads/"));
        Assert.Single(_registry.Requests, static r => r.Method == "PATCH" && r.Headers["content-range"].StartsWith("131072-", StringComparison.Ordinal) && r.Body.Length <= 200_000);
        NewSampan("other").Run("pull", "-q", Name).Succeeds();
    }

    private static bool IsLayer(FakeRequest request) => request.Method == "PUT" && request.Body.Length > LayerSize;

    private IEnumerable<FakeRequest> Uploads() => _registry.Requests.Where(r => r.Method == "PUT");

    private Cli WithImage()
    {
        byte[] content = new byte[LayerSize];
        new Random(4).NextBytes(content);
        File.WriteAllBytes(InWork("root.tar"), new TestTar().Directory("etc").File("etc/big", content).ToArray());
        Cli sampan = NewSampan();
        sampan.Run("import", InWork("root.tar"), Name).Succeeds();
        return sampan;
    }
}
