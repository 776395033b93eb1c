using System.Text;
using Sampan.Images;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>The store through its public face.</summary>
public sealed class ImageStoreTests : RootTest
{
    private static readonly IReadOnlyList<ImageUser> Nobody = [];

    private string Root => Path.Combine(Work, "root");

    private ImageStore Images => ImageStore.Open(Root);

    [Fact]
    public void Opening_and_asking_touch_nothing()
    {
        Assert.Null(Images.Find("busybox"));
        Assert.Empty(Images.List());
        Assert.False(Directory.Exists(Root));
        Assert.Equal("no such image: busybox:latest", Assert.Throws<SampanException>(() => Images.Get("docker.io/library/busybox")).Message);
    }

    [Theory]
    [InlineData("cat", MediaTypes.Layer)]
    [InlineData("gzip", MediaTypes.LayerGzip)]
    [InlineData("zstd", MediaTypes.LayerZstd)]
    public void An_archive_is_imported_plain_or_compressed(string compressor, string mediaType)
    {
        var image = Images.Import(new MemoryStream(Compress(compressor, Sample())), new ImportOptions { Reference = "app", Changes = ["CMD [\"/bin/a\"]", "ENV A=b"], Message = "made" });
        Assert.Equal(["docker.io/library/app:latest"], image.Names.Select(n => n.ToString()));
        Assert.Equal(mediaType, image.Manifest.Layers!.Single().MediaType);
        Assert.Equal(("/bin/a", "A=b", "made"), (image.Config.Config!.Cmd!.Single(), image.Config.Config.Env!.Single(), image.Config.History!.Single().Comment));
        Assert.Equal(5, image.Size);
        string layer = Images.Layers.Ensure(image).Single();
        Assert.Equal("hello", File.ReadAllText(layer + "/bin/a"));
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Sample())), image.DiffIds.Single().Hex);
        Assert.Empty(Directory.GetFileSystemEntries(Root + "/incoming"));
        AssertLayout();
    }

    [Theory]
    [InlineData("xz", "xz compression is not supported")]
    [InlineData("bzip2", "bzip2 compression is not supported")]
    public void Other_compression_is_named(string compressor, string message)
        => Assert.Contains(message, Assert.Throws<SampanException>(() => Import(Compress(compressor, Sample()))).Message);

    [Theory]
    [InlineData("cat", 700)]
    [InlineData("gzip", 60)]
    [InlineData("zstd", 60)]
    public void A_damaged_archive_leaves_nothing(string compressor, int length)
    {
        Import(Sample(), "good");
        string before = Listing();
        byte[] bad = Compress(compressor, Sample())[..length];
        Assert.Equal(ErrorKind.Corrupt, Assert.Throws<SampanException>(() => Import(bad, "bad")).Kind);
        Assert.Throws<SampanException>(() => Import("no archive"u8.ToArray(), "bad"));
        Assert.Throws<SampanException>(() => Import(Sample(), "Bad"));
        Assert.Equal(before, Listing());
    }

    [Fact]
    public void Images_are_found_by_name_digest_and_id()
    {
        var image = Import(Sample(), "a/app:1");
        foreach (string text in (string[])["a/app:1", "docker.io/a/app:1", image.Id.ToString(), image.Id.Hex, image.Id.Short, image.Id.Hex[..3], "sha256:" + image.Id.Short, $"a/app@{image.ManifestDigest}", image.ManifestDigest.ToString()])
            Assert.Equal(image.Id, Images.Get(text).Id);
        foreach (string text in (string[])["a/app", "app:1", $"b/app@{image.ManifestDigest}", "ffffffffffffffff"])
            Assert.Null(Images.Find(text));
    }

    [Fact]
    public void A_name_that_moves_on_leaves_a_nameless_image()
    {
        var first = Import(Sample("1"), "app");
        var second = Import(Sample("2"), "app");
        Assert.Equal(second.Id, Images.Get("app").Id);
        Assert.Equal([second.Id, first.Id], Images.List().Select(i => i.Id));
        Assert.Empty(Images.Get(first.Id.ToString()).Names);
        Assert.Equal([$"Deleted: {first.Id}", $"Deleted: {first.ChainIds[0]}"], Remove(first.Id.Short));
        AssertLayout();
    }

    [Fact]
    public void Removing_follows_dockers_rules()
    {
        var image = Import(Sample(), "app");
        Images.Tag("app", "other:2");
        Assert.Equal(["docker.io/library/app:latest", "docker.io/library/other:2"], Images.Get("app").Names.Select(n => n.ToString()));
        Assert.Contains("(must be forced) - image is referenced in multiple repositories", Refused(image.Id.Short));
        Assert.Equal(["Untagged: other:2"], Remove("other:2"));
        Assert.Contains("unable to remove repository reference \"app\" (must force) - container 0123456789ab is using its referenced image " + image.Id.Short, Refused("app", false, new ImageUser("0123456789abcdef", false)));
        Assert.Contains("(must be forced) - image is being used by stopped container 0123456789ab", Refused(image.Id.Short, false, new ImageUser("0123456789abcdef", false)));
        Assert.Contains("(cannot be forced) - image is being used by running container 0123456789ab", Refused(image.Id.Short, true, new ImageUser("0123456789abcdef", true)));
        Assert.Equal(["Untagged: app:latest"], Images.Remove("app", true, _ => [new ImageUser("0123456789abcdef", true)]));
        Assert.Equal([$"Deleted: {image.Id}", $"Deleted: {image.ChainIds[0]}"], Remove(image.Id.Hex[..5]));
        Assert.Equal("no such image: app:latest", Refused("app"));
        Assert.Empty(Directory.GetFileSystemEntries(Root + "/images/blobs/sha256"));
        Assert.Empty(Directory.GetDirectories(Root + "/layers"));
    }

    [Fact]
    public void A_layer_that_two_images_or_a_container_use_stays()
    {
        var image = Import(Sample(), "app");
        var (container, driver) = Container("c1", image);
        File.WriteAllText(container + "/upper/new", "x");
        var child = Images.Commit(image, driver, container, new CommitOptions { Reference = "child", Message = "m", Author = "me", Changes = ["CMD [\"x\"]"] });
        Assert.Equal(2, child.DiffIds.Count);
        Assert.Equal(("m", "me", "x"), (child.Config.Comment, child.Config.Author, child.Config.Config!.Cmd!.Single()));
        Assert.Equal(["Untagged: child:latest", $"Deleted: {child.Id}", $"Deleted: {child.ChainIds[1]}"], Remove("child"));
        Assert.Equal(["Untagged: app:latest", $"Deleted: {image.Id}"], Images.Remove("app", true, _ => [new ImageUser("c1", false)]));
        Assert.True(File.Exists(Images.Layers.Of(container).Single() + "/bin/a"));
        Directory.Delete(container, true);
        Import(Sample("other"), "app");
        Remove("app");
        Assert.Empty(Directory.GetDirectories(Root + "/layers"));
    }

    [Fact]
    public void A_commit_of_the_same_changes_is_the_same_layer()
    {
        var image = Import(Sample(), "app");
        var ids = new HashSet<Digest>();
        foreach (string name in (string[])["c1", "c2"])
        {
            var (container, driver) = Container(name, image);
            File.WriteAllText(container + "/upper/new", "x");
            File.SetLastWriteTimeUtc(container + "/upper/new", DateTime.UnixEpoch);
            ids.Add(Images.Commit(image, driver, container, new CommitOptions { Reference = name }).DiffIds[1]);
        }
        Assert.Single(ids);
    }

    [Fact]
    public void A_commit_lets_the_container_go_on_once_it_is_read()
    {
        var image = Import(Sample(), "app");
        var (container, driver) = Container("c1", image);
        File.WriteAllText(container + "/upper/new", "before");
        int told = 0;
        var child = Images.Commit(image, driver, container, new CommitOptions
        {
            HasRead = () =>
            {
                told++;
                Assert.Empty(Directory.GetDirectories(Root + "/incoming").SelectMany(Directory.GetDirectories)); // no layer yet
                File.WriteAllText(container + "/upper/new", "after");
            },
        });
        File.WriteAllText(container + "/upper/new", "later");
        Assert.Equal(1, told);
        Assert.Equal("before", File.ReadAllText(Images.Layers.Of(child)[0] + "/new"));
        AssertLayout();
    }

    [Fact]
    public void A_layer_that_was_lost_is_unpacked_again()
    {
        var image = Import(Sample(), "app");
        Directory.Delete(Root + "/layers", true);
        Assert.Equal("hello", File.ReadAllText(Images.Layers.Ensure(image).Single() + "/bin/a"));
    }

    [Fact]
    public void What_a_writer_at_work_has_on_lease_outlives_the_image()
    {
        var image = Import(Sample(), "app");
        string layer = Images.Layers.Of(image).Single();
        var blob = image.Manifest.Layers![0].Digest;
        using (var writer = StoreTransaction.Begin(new StorePaths(Root)))
        {
            writer.Lease([blob], image.ChainIds);
            Images.Remove("app", false, static _ => []);
            Assert.True(writer.Holds(blob));
            Assert.Equal("hello", File.ReadAllText(layer + "/bin/a"));
            using var content = writer.OpenBlob(blob);
            Assert.NotEqual(0, content.Read(new byte[1]));
        }
        Import(Sample(), "other");
        Images.Remove("other", false, static _ => []);
        Assert.False(Directory.Exists(layer));
    }

    [Fact]
    public void What_a_killed_writer_left_is_cleared_away()
    {
        var image = Import(Sample(), "app");
        string before = Listing();
        Directory.CreateDirectory(Root + "/incoming/dead/layer-0/fs");
        File.WriteAllText(Root + "/incoming/dead/blob-1", "half");
        File.WriteAllText(Root + "/images/blobs/sha256/" + new string('a', 64), "unnamed");
        Directory.CreateDirectory(Root + "/layers/" + new string('b', 64) + "/fs");
        File.WriteAllText(Root + "/images/.unfinished", "");
        Assert.Equal(image.Id, Images.Get("app").Id);
        Images.Tag("app", "app");
        Assert.Equal(before, Listing());
    }

    private static byte[] Sample(string content = "hello") => new TestTar().Directory("bin").File("bin/a", content, 0x1ED).ToArray();

    private Image Import(byte[] archive, string reference = "app") => Images.Import(new MemoryStream(archive), new ImportOptions { Reference = reference });

    private IReadOnlyList<string> Remove(string reference) => Images.Remove(reference, false, _ => Nobody);

    private string Refused(string reference, bool force = false, params ImageUser[] users)
        => Assert.Throws<SampanException>(() => Images.Remove(reference, force, _ => users)).Message;

    private (string Directory, IStorageDriver Driver) Container(string name, Image image)
    {
        string directory = $"{Root}/containers/{name}";
        Directory.CreateDirectory(directory);
        var driver = new OverlayDriver();
        driver.Create(directory, Images.Layers.Pin(image, directory));
        return (directory, driver);
    }

    private byte[] Compress(string program, byte[] data)
    {
        string path = InWork("archive");
        File.WriteAllBytes(path, data);
        Host("sh", "-c", $"{program} < {path} > {path}.out").Succeeds();
        return File.ReadAllBytes(path + ".out");
    }

    /// <summary>Every blob has the name of its content, and every name leads somewhere.</summary>
    private void AssertLayout()
    {
        Assert.Equal("{\"imageLayoutVersion\":\"1.0.0\"}", File.ReadAllText(Root + "/images/oci-layout"));
        foreach (string blob in Directory.GetFiles(Root + "/images/blobs/sha256"))
            Assert.Equal(Path.GetFileName(blob), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(blob))));
        foreach (var image in Images.List())
            foreach (var layer in image.Manifest.Layers!)
                Assert.Equal(layer.Size, new FileInfo($"{Root}/images/blobs/sha256/{layer.Digest.Hex}").Length);
        Assert.False(File.Exists(Root + "/images/.unfinished"));
    }

    private string Listing() => Host("sh", "-c", $"cd {Root} && find . -type f ! -name .lock -exec sha256sum {{}} + | sort; find . -type d | sort").Succeeds().Stdout;
}
