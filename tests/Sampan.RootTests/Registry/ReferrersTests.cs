using System.Text;
using System.Text.Json;
using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Registry;

/// <summary>What refers to an image, in registries that list it and in such as leave that to their clients: distribution-spec 1.1, "Listing Referrers".</summary>
public sealed class ReferrersTests : RegistryTest
{
    private const string Head = "DIGEST    ARTIFACT TYPE   SIZE      CREATED";
    private static readonly byte[] s_layer = new TestTar().File("f", "x").ToArray();
    private readonly FakeRegistry _registry = new();

    protected override void CleanUp() => _registry.Dispose();

    [Fact]
    public void Where_the_registry_keeps_no_list_a_push_keeps_it_under_a_tag()
    {
        string registry = StartRegistry();
        Cli sampan = NewSampan();
        sampan.Run("import", Archive("root.tar", s_layer), $"{registry}/app:1").Succeeds();
        sampan.Run("push", "-q", $"{registry}/app:1").Succeeds();
        string subject = sampan.Run("image", "inspect", "-f", "{{.Descriptor.digest}}", $"{registry}/app:1").Succeeds().Line;
        Assert.Equal(Head, sampan.Run("image", "referrers", $"{registry}/app:1").Succeeds().Line);

        var digests = new List<string>();
        foreach (string tag in (string[])["about", "more"])
        {
            sampan.Run("load", "-i", Archive($"{tag}.tar", About(subject, tag, $"{registry}/app:{tag}", out string digest))).Succeeds();
            digests.Add(digest);
            sampan.Run("push", "-q", $"{registry}/app:{tag}").Succeeds();
        }
        sampan.Run("push", "-q", $"{registry}/app:about").Succeeds();
        Assert.Equal(digests, sampan.Run("image", "referrers", "-q", "--no-trunc", $"{registry}/app:1").Succeeds().Lines);
        Assert.Equal(digests, sampan.Run("image", "referrers", "-q", "--no-trunc", $"{registry}/app@{subject}").Succeeds().Lines);
        using var list = JsonDocument.Parse(Host("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{registry}/app:{subject.Replace(':', '-')}").Succeeds().Stdout);
        Assert.Equal(digests, list.RootElement.GetProperty("manifests").EnumerateArray().Select(static m => m.GetProperty("digest").GetString()));
        var first = list.RootElement.GetProperty("manifests")[0];
        Assert.Equal(("application/x.about", "2024-01-02"), (first.GetProperty("artifactType").GetString(), first.GetProperty("annotations").GetProperty("org.opencontainers.image.created").GetString()));
    }

    [Fact]
    public void Where_the_registry_keeps_the_list_no_tag_is_made_and_all_its_pages_are_read()
    {
        string subject = _registry.Image("1", s_layer);
        string one = FakeRegistry.DigestOf([1]), two = FakeRegistry.DigestOf([2]);
        string path = $"/v2/app/referrers/{subject}";
        _registry.Misbehave = r => r.Path == path ? Listed(one, "application/x.sig", ("Link", $"<{path}?page=2>; rel=\"next\""))
            : r.Path == path + "?page=2" ? Listed(two, "application/x.sbom") : null;
        Cli sampan = NewSampan();
        string name = $"{_registry.Name}/app:1";
        Assert.Equal([one, two], sampan.Run("image", "referrers", "-q", "--no-trunc", name).Succeeds().Lines);
        Assert.Equal($"{two[7..19]} application/x.sbom 123", sampan.Run("image", "referrers", "--artifact-type", "application/x.sbom", "--format", "{{.Digest}} {{.ArtifactType}} {{.Bytes}}", name).Succeeds().Line);
        Assert.DoesNotContain(_registry.Requests, static r => r.Path.Contains("sha256-"));

        sampan.Run("load", "-i", Archive("about.tar", About(subject, "about", $"{_registry.Name}/app:about", out _))).Succeeds();
        _registry.Misbehave = r => r.Method == "PUT" && r.Path.EndsWith("/about", StringComparison.Ordinal) ? _registry.Behave(r) is var taken ? taken with { Headers = [.. taken.Headers, ("OCI-Subject", subject)] } : null : null;
        sampan.Run("push", "-q", $"{_registry.Name}/app:about").Succeeds();
        Assert.DoesNotContain(_registry.Requests, static r => r.Path.Contains("sha256-"));
        _registry.Misbehave = static _ => null;
        sampan.Run("push", "-q", $"{_registry.Name}/app:about").Succeeds();
        Assert.Single(_registry.Requests, r => r.Method == "PUT" && r.Path == $"/v2/app/manifests/{subject.Replace(':', '-')}");
    }

    [Fact]
    public void What_a_registry_says_about_an_image_does_no_harm()
    {
        string subject = _registry.Image("1", s_layer);
        string path = $"/v2/app/referrers/{subject}", name = $"{_registry.Name}/app:1";
        Cli sampan = NewSampan();
        _registry.Misbehave = r => r.Path.StartsWith(path, StringComparison.Ordinal) ? Listed(FakeRegistry.DigestOf([1]), "application/x", ("Link", $"<{path}?again>; rel=\"next\"")) : null;
        sampan.Run("image", "referrers", name).FailsWith(1, "more than 1000 pages");
        _registry.Misbehave = r => r.Path == path ? new FakeAnswer(200, new byte[(4 << 20) + 1], ("Content-Type", Oci.MediaTypes.Index)) : null;
        sampan.Run("image", "referrers", name).FailsWith(1, "longer than");
        _registry.Misbehave = r => r.Path == path ? Listed(FakeRegistry.DigestOf([1]), "a\\nsha256:forged\\u001b[31m") : null;
        var shown = sampan.Run("image", "referrers", name).Succeeds();
        Assert.Equal(2, shown.Lines.Length);
        Assert.DoesNotContain('\u001b', shown.Stdout);
        _registry.Misbehave = r => r.Path == path ? Listed("sha256:../../x", "a") : null;
        sampan.Run("image", "referrers", name).FailsWith(1, "digest");
        _registry.Misbehave = r => r.Path == path ? new FakeAnswer(404, []) : null;
        // A signature itself, as some tools keep it under such a name, is no list.
        _registry.Image($"sha256-{subject[7..]}", s_layer);
        Assert.Single(sampan.Run("image", "referrers", name).Succeeds().Lines);
    }

    [Fact]
    public void What_is_no_image_is_not_pulled()
    {
        string empty = _registry.Blob("{}"u8.ToArray());
        _registry.Manifest("sig", $$$"""{"schemaVersion":2,"mediaType":"{{{Oci.MediaTypes.Manifest}}}","artifactType":"application/x.sig","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{{empty}}}","size":2},"layers":[]}""");
        NewSampan().Run("pull", "-q", $"{_registry.Name}/app:sig").FailsWith(1, "is no image: application/x.sig");
    }

    private static FakeAnswer Listed(string digest, string type, params (string, string)[] headers)
        => new(200, Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{Oci.MediaTypes.Index}}","manifests":[{"mediaType":"{{Oci.MediaTypes.Manifest}}","artifactType":"{{type}}","digest":"{{digest}}","size":123}]}"""), [("Content-Type", Oci.MediaTypes.Index), .. headers]);

    private string Archive(string name, byte[] tar)
    {
        File.WriteAllBytes(InWork(name), tar);
        return InWork(name);
    }

    /// <summary>An image that is about another one, as an OCI archive.</summary>
    private static byte[] About(string subject, string what, string name, out string digest)
    {
        byte[] config = Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","author":"{{{what}}}","rootfs":{"type":"layers","diff_ids":["{{{FakeRegistry.DigestOf(s_layer)}}}"]}}""");
        byte[] manifest = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"{{{Oci.MediaTypes.Manifest}}}","artifactType":"application/x.{{{what}}}","config":{"mediaType":"{{{Oci.MediaTypes.Config}}}","digest":"{{{FakeRegistry.DigestOf(config)}}}","size":{{{config.Length}}}},
            "layers":[{"mediaType":"{{{Oci.MediaTypes.Layer}}}","digest":"{{{FakeRegistry.DigestOf(s_layer)}}}","size":{{{s_layer.Length}}}}],"annotations":{"org.opencontainers.image.created":"2024-01-02"},
            "subject":{"mediaType":"{{{Oci.MediaTypes.Manifest}}}","digest":"{{{subject}}}","size":1}}
            """);
        digest = FakeRegistry.DigestOf(manifest);
        var tar = new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""")
            .File("index.json", $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{{Oci.MediaTypes.Manifest}}}","digest":"{{{digest}}}","size":{{{manifest.Length}}},"annotations":{"io.containerd.image.name":"{{{name}}}"}}]}""");
        foreach (byte[] blob in (byte[][])[config, manifest, s_layer])
            tar.File($"blobs/sha256/{FakeRegistry.DigestOf(blob)[7..]}", blob);
        return tar.ToArray();
    }
}
