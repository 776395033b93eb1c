using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>Listing, inspecting and pruning images by what they are.</summary>
public sealed class ImageListTests : RootTest
{
    private Cli? _sampan;

    [Theory]
    [InlineData("dangling=true", "<none>:<none>")]
    [InlineData("dangling=false", "a/x:1 a/x:2 busybox:latest other:latest")]
    [InlineData("label=kind", "a/x:1 a/x:2 other:latest")]
    [InlineData("label=kind=b", "other:latest")]
    [InlineData("before=a/x:2", "a/x:1")]
    [InlineData("since=a/x:1", "<none>:<none> a/x:2 busybox:latest other:latest")]
    [InlineData("until=2021-06-01T00:00:00Z", "a/x:1")]
    [InlineData("reference=a/x", "a/x:1 a/x:2")]
    [InlineData("reference=*:latest", "busybox:latest other:latest")]
    [InlineData("reference=*/[w-y]:?", "a/x:1 a/x:2")]
    public void A_filter_picks(string filter, string names)
        => Assert.Equal(names, Names("--filter", filter));

    [Fact]
    public void Filters_of_several_keys_all_hold_and_those_of_one_are_alternatives()
    {
        Assert.Equal("a/x:1 a/x:2 other:latest", Names("-f", "reference=a/x", "-f", "reference=other", "-f", "label=kind"));
        Assert.Equal("", Names("-f", "label=kind=a", "-f", "label=kind=b"));
        Assert.Equal("a/x:1 a/x:2", Names("a/*"));
        Store.Run("images", "-f", "colour=red").FailsWith(1, "colour=red", "reference");
        Store.Run("images", "-f", "dangling=perhaps").FailsWith(1, "dangling=perhaps");
        Store.Run("images", "-f", "before=nothing").FailsWith(1, "no such image: nothing:latest");
        Store.Run("images", "-f", "reference=[a").FailsWith(1, "lacks its ]");
    }

    [Fact]
    public void Inspect_shows_what_Docker_does()
    {
        Store.Run("tag", "a/x:1", "here:5000/y:z").Succeeds();
        using var json = JsonDocument.Parse(Store.Run("image", "inspect", "a/x:1").Succeeds().Stdout);
        var image = json.RootElement[0];
        string[] expected = ["Id", "RepoTags", "RepoDigests", "Parent", "Comment", "Created", "DockerVersion", "Author", "Config", "Architecture", "Os", "Size", "GraphDriver", "RootFS", "Metadata", "Descriptor"];
        Assert.Equal(expected, image.EnumerateObject().Select(static p => p.Name));
        Assert.Equal("""["a/x:1","here:5000/y:z"]""", image.GetProperty("RepoTags").GetRawText().Replace(" ", "").Replace("\n", ""));
        Assert.True(Directory.Exists(image.GetProperty("GraphDriver").GetProperty("Data").GetProperty("UpperDir").GetString()));
        Assert.StartsWith(DateTime.UtcNow.ToString("yyyy", System.Globalization.CultureInfo.InvariantCulture), image.GetProperty("Metadata").GetProperty("LastTagTime").GetString());
        Assert.Equal("2021-01-01T00:00:00Z", image.GetProperty("Created").GetString());
        Store.Run("rmi", "here:5000/y:z").Succeeds();
    }

    [Fact]
    public void What_is_made_here_was_tagged_here_and_what_is_loaded_was_not()
    {
        const string None = "0001-01-01T00:00:00Z";
        Store.Run("create", "--name", "tagger", "a/x:1", "true").Succeeds();
        Store.Run("commit", "tagger", "committed").Succeeds();
        string id = Store.Run("commit", "-m", "nameless", "tagger").Succeeds().Line;
        Assert.NotEqual(None, Tagged(Store, "committed"));
        Assert.Equal(None, Tagged(Store, id));
        Store.Run("save", "-o", InWork("a.tar"), "committed").Succeeds();
        Cli other = NewSampan();
        other.Run("load", "-i", InWork("a.tar")).Succeeds();
        Assert.Equal(None, Tagged(other, "committed"));
        Store.Run("rm", "tagger").Succeeds();
        Store.Run("rmi", "committed", id).Succeeds();

        static string Tagged(Cli sampan, string image) => sampan.Run("image", "inspect", "-f", "{{.Metadata.LastTagTime}}", image).Succeeds().Line;
    }

    [Fact]
    public void The_group_says_what_is_inspected()
    {
        Store.Run("create", "--name", "other", "a/x:1", "true").Succeeds();
        Assert.Equal("created", Store.Run("inspect", "-f", "{{.State.Status}}", "other").Succeeds().Line);
        Assert.Equal("[other:latest]", Store.Run("image", "inspect", "-f", "{{.RepoTags}}", "other").Succeeds().Line);
        Store.Run("container", "inspect", "busybox").ExitsWith(1).SaysOneLine("busybox");
        Store.Run("rm", "other").Succeeds();
    }

    [Fact]
    public void Prune_removes_what_its_filters_pick()
    {
        Store.Run("image", "prune", "-f", "--filter", "label=kind").Succeeds();
        Assert.Equal("<none>:<none> a/x:1 a/x:2 busybox:latest other:latest", Names());
        Store.Run("image", "prune", "-f", "--filter", "label!=nothing").Succeeds();
        Assert.Equal("a/x:1 a/x:2 busybox:latest other:latest", Names());
        Store.Run("image", "prune", "-a", "-f", "--filter", "until=2021-06-01").Succeeds();
        Assert.Equal("a/x:2 busybox:latest other:latest", Names());
        Store.Run("image", "prune", "-f", "--filter", "dangling=false", "--filter", "label!=kind=b").Succeeds();
        Assert.Equal("other:latest", Names());
        Store.Run("image", "prune", "-f", "--filter", "size=1").FailsWith(1, "size=1");
    }

    private string Names(params string[] arguments)
        => string.Join(' ', Store.Run(["images", "--format", "{{.Repository}}:{{.Tag}}", .. arguments]).Succeeds().Lines.Order(StringComparer.Ordinal));

    /// <summary>a/x:1 of 2021, a/x:2 of 2022, one without a name of 2023, other of 2024, and busybox of today.</summary>
    private Cli Store
    {
        get
        {
            if (_sampan is not null)
                return _sampan;
            _sampan = NewSampan();
            Load("a/x:1", 2021, "a");
            Load("a/x:2", 2022, "a");
            Load(null, 2023, null);
            Load("other:latest", 2024, "b");
            _sampan.Run("run", "--rm", "busybox", "true").Succeeds();
            return _sampan;
        }
    }

    private void Load(string? name, int year, string? kind)
    {
        byte[] layer = new TestTar().File("year", $"{year}").ToArray();
        string labels = kind is null ? "" : $$$""","config":{"Labels":{"kind":"{{{kind}}}"} }""";
        string config = $$$"""{"created":"{{{year}}}-01-01T00:00:00Z","architecture":"amd64","os":"linux"{{{labels}}},"rootfs":{"type":"layers","diff_ids":["{{{Registry.FakeRegistry.DigestOf(layer)}}}"]}}""";
        string tags = name is null ? "null" : $"[\"{name}\"]";
        byte[] archive = new TestTar().File("c.json", config).File("l.tar", layer).File("manifest.json", $$"""[{"Config":"c.json","RepoTags":{{tags}},"Layers":["l.tar"]}]""").ToArray();
        File.WriteAllBytes(InWork("archive.tar"), archive);
        _sampan!.Run("load", "-i", InWork("archive.tar")).Succeeds();
    }
}
