using System.Security.Cryptography;
using System.Text;
using Sampan.Images;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>Image archives of both kinds, whole and damaged.</summary>
public sealed class LoadTests : RootTest
{
    private ImageStore Images => ImageStore.Open(Path.Combine(Work, "root"));

    private readonly byte[] _lower = new TestTar().File("f", "lower").File("gone", "x").ToArray();
    private readonly byte[] _upper = new TestTar().File("f", "upper").File(".wh.gone").ToArray();

    [Fact]
    public void A_docker_archive_is_loaded()
    {
        byte[] config = Config();
        byte[] tar = new TestTar().File("1/layer.tar", _lower).File("2/layer.tar", _upper).File("config.json", config)
            .File("manifest.json", """[{"Config":"config.json","RepoTags":["app:1","reg.example/app:2"],"Layers":["1/layer.tar","2/layer.tar"]}]""").ToArray();
        Assert.Equal(["Loaded image: app:1", "Loaded image: reg.example/app:2"], Load(tar));
        var image = Images.Get("app:1");
        Assert.Equal(Hex(config), image.Id.Hex);
        AssertTree(image);
    }

    [Fact]
    public void Layers_may_be_links_and_come_after_the_manifest()
    {
        byte[] config = Config();
        byte[] tar = new TestTar().File("manifest.json", """[{"Config":"config.json","RepoTags":null,"Layers":["1/layer.tar","2/layer.tar"]}]""")
            .Symlink("1/layer.tar", "../shared/layer.tar").File("config.json", config).File("shared/layer.tar", _lower).File("2/layer.tar", _upper).ToArray();
        Assert.Equal([$"Loaded image ID: sha256:{Hex(config)}"], Load(tar));
        AssertTree(Images.Get(Hex(config)));
    }

    [Fact]
    public void An_oci_archive_is_loaded_compressed_or_not()
    {
        byte[] tar = Layout();
        Assert.Equal(["Loaded image: app:latest"], Load(tar));
        AssertTree(Images.Get("app"));
        string path = InWork("oci.tar");
        File.WriteAllBytes(path, tar);
        Host("gzip", path).Succeeds();
        Assert.Equal(["Loaded image: app:latest"], Load(File.ReadAllBytes(path + ".gz")));
        Assert.Single(Images.List());
    }

    [Fact]
    public void Of_several_platforms_the_one_asked_for_is_loaded()
    {
        var tar = new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        var entries = new List<string>();
        foreach (string architecture in (string[])["arm64", "amd64"])
        {
            byte[] config = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Config()).Replace("amd64", architecture, StringComparison.Ordinal));
            byte[] manifest = Manifest(config);
            tar.File("blobs/sha256/" + Hex(config), config).File("blobs/sha256/" + Hex(manifest), manifest);
            entries.Add($$$"""{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:{{{Hex(manifest)}}}","size":{{{manifest.Length}}},"platform":{"os":"linux","architecture":"{{{architecture}}}"}}""");
        }
        byte[] index = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{string.Join(',', entries)}}]}""");
        byte[] archive = tar.File("blobs/sha256/" + Hex(_lower), _lower).File("blobs/sha256/" + Hex(_upper), _upper).File("blobs/sha256/" + Hex(index), index)
            .File("index.json", Index("application/vnd.oci.image.index.v1+json", Hex(index), index.Length)).ToArray();
        Images.Load(new MemoryStream(archive));
        Assert.Equal(ImagePlatform.Host, Images.Get("app").Platform);
        Images.Load(new MemoryStream(archive), ImagePlatform.Parse("linux/arm64"));
        Assert.Equal("linux/arm64", Images.Get("app").Platform.ToString());
        string refused = Assert.Throws<SampanException>(() => Images.Load(new MemoryStream(archive), ImagePlatform.Parse("linux/s390x"))).Message;
        Assert.Contains("no image for linux/s390x; there is linux/arm64, linux/amd64", refused);
    }

    [Fact]
    public void What_is_no_image_is_left_out()
    {
        byte[] empty = "{}"u8.ToArray();
        byte[] manifest = Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"application/x","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:{{{Hex(empty)}}}","size":2},"layers":[]}""");
        Fails("it holds no image", new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", Index("application/vnd.oci.image.manifest.v1+json", Hex(manifest), manifest.Length))
            .File("blobs/sha256/" + Hex(manifest), manifest).File("blobs/sha256/" + Hex(empty), empty));
    }

    [Fact]
    public void The_store_itself_is_an_archive_once_it_is_in_a_tar()
    {
        Load(Layout());
        Host("tar", "-C", Path.Combine(Work, "root/images"), "-cf", InWork("store.tar"), ".").Succeeds();
        var other = ImageStore.Open(Path.Combine(Work, "other"));
        using var stream = File.OpenRead(InWork("store.tar"));
        Assert.Equal(["Loaded image: app:latest"], other.Load(stream).Select(l => l.ToString()));
        Assert.Equal(Images.Get("app").ManifestDigest, other.Get("app").ManifestDigest);
    }

    [Fact]
    public void Damage_is_named_and_leaves_nothing()
    {
        string one = """[{"Config":"config.json","RepoTags":["app"],"Layers":["l"]}]""";
        Fails("neither a docker archive nor an OCI archive", new TestTar().File("etc/passwd", "x"));
        Fails("\"config.json\" is missing", new TestTar().File("manifest.json", one));
        Fails("\"l\" is missing", new TestTar().File("manifest.json", one).File("config.json", Config()));
        Fails("1 layers, but 2 diff_ids", new TestTar().File("manifest.json", one).File("config.json", Config()).File("l", _lower));
        Fails("but the image says", new TestTar().File("manifest.json", """[{"Config":"config.json","Layers":["l","l"]}]""").File("config.json", Config()).File("l", _lower));
        Fails("manifest.json: want an array", new TestTar().File("manifest.json", "{}"));
        Fails("manifest.json: not valid JSON", new TestTar().File("manifest.json", "["));
        Fails("missing", new TestTar().File("manifest.json", """[{"Config":"../../etc/passwd","Layers":[]}]"""), orElse: "leads out");
        Fails("invalid reference format", new TestTar().File("manifest.json", """[{"Config":"c","RepoTags":["Bad"],"Layers":[]}]""").File("c", """{"rootfs":{"type":"layers","diff_ids":[]}}"""));
        Fails("has the content of", new TestTar().File("oci-layout", "{}").File($"blobs/sha256/{new string('a', 64)}", "x"));
        Fails("blob", new TestTar().File("blobs/sha256/../x", "x").File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", Index("application/vnd.oci.image.manifest.v1+json", new string('a', 64), 5)));
    }

    [Fact]
    public void A_document_is_not_two_things_at_once()
    {
        foreach (string text in (string[])["""{"schemaVersion":2,"manifests":[],"layers":[],"config":{"digest":"sha256:HEX","size":1}}""", """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","layers":[],"config":{"digest":"sha256:HEX","size":1}}"""])
        {
            byte[] manifest = Encoding.UTF8.GetBytes(text.Replace("HEX", new string('a', 64), StringComparison.Ordinal));
            Fails("image manifest", new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", Index("application/vnd.oci.image.manifest.v1+json", Hex(manifest), manifest.Length)).File("blobs/sha256/" + Hex(manifest), manifest));
            Fails("image index", new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", Encoding.UTF8.GetString(manifest)), orElse: "layers");
        }
    }

    private static string Hex(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));

    private static string Index(string mediaType, string hex, int size) => $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"{{{mediaType}}}","digest":"sha256:{{{hex}}}","size":{{{size}}},"annotations":{"org.opencontainers.image.ref.name":"app:latest"}}]}""";

    private byte[] Config() => Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","config":{"Cmd":["x"]},"rootfs":{"type":"layers","diff_ids":["sha256:{{{Hex(_lower)}}}","sha256:{{{Hex(_upper)}}}"]}}""");

    private byte[] Manifest(byte[] config) => Encoding.UTF8.GetBytes($$"""
        {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:{{Hex(config)}}","size":{{config.Length}}},
        "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:{{Hex(_lower)}}","size":{{_lower.Length}}},{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:{{Hex(_upper)}}","size":{{_upper.Length}}}]}
        """);

    private byte[] Layout()
    {
        byte[] config = Config();
        byte[] manifest = Manifest(config);
        var tar = new TestTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""").File("index.json", Index("application/vnd.oci.image.manifest.v1+json", Hex(manifest), manifest.Length));
        foreach (byte[] blob in (byte[][])[config, manifest, _lower, _upper])
            tar.File("blobs/sha256/" + Hex(blob), blob);
        return tar.ToArray();
    }

    private IEnumerable<string> Load(byte[] tar) => Images.Load(new MemoryStream(tar)).Select(l => l.ToString());

    private void AssertTree(Image image)
    {
        var layers = Images.Layers.Ensure(image);
        Assert.Equal("upper", Encoding.UTF8.GetString(LayeredFile.Read(layers, "/f")!));
        Assert.Null(LayeredFile.Read(layers, "/gone"));
    }

    private void Fails(string message, TestTar tar, string? orElse = null)
    {
        var error = Assert.Throws<SampanException>(() => Load(tar.ToArray()));
        Assert.True(error.Message.Contains(message, StringComparison.Ordinal) || (orElse is not null && error.Message.Contains(orElse, StringComparison.Ordinal)), error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(Images.List());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Work, "root/incoming")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(Work, "root/images/blobs/sha256")));
        Assert.Empty(Directory.GetDirectories(Path.Combine(Work, "root/layers")));
    }
}
