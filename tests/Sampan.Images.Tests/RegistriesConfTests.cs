namespace Sampan.Images.Tests;

/// <summary>containers-registries.conf(5).</summary>
public sealed class RegistriesConfTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sampan-conf").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Without_a_file_names_mean_what_they_mean_to_Docker()
    {
        var conf = RegistriesConf.Read([$"{_directory}/none"]);
        Assert.Equal("docker.io/library/busybox:latest", Assert.Single(conf.ToPull("busybox")).ToString());
        Assert.Equal("registry-1.docker.io library/busybox tls", Sources(conf, "busybox"));
        Assert.Equal("localhost:5000 a plain", Sources(conf, "localhost:5000/a"));
    }

    [Theory]
    [InlineData("fedora", "registry.fedoraproject.org/fedora:latest")]
    [InlineData("fedora:41", "registry.fedoraproject.org/fedora:41")]
    [InlineData("a/b@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "quay.io/b@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("other:1", "quay.io/other:1 docker.io/library/other:1")]
    [InlineData("gone", "quay.io/gone:latest docker.io/library/gone:latest")]
    [InlineData("localhost/fedora", "localhost/fedora:latest")]
    [InlineData("docker.io/fedora", "docker.io/library/fedora:latest")]
    public void Short_names_are_aliases_or_searched_for(string text, string meanings)
    {
        var conf = Conf("unqualified-search-registries = ['quay.io', 'docker.io']\n[aliases]\nfedora = 'docker.io/library/fedora'\n'a/b' = 'quay.io/b'\ngone = 'x.io/gone'",
            "[aliases]\nfedora = 'registry.fedoraproject.org/fedora'\ngone = ''");
        Assert.Equal(meanings, string.Join(' ', conf.ToPull(text)));
    }

    [Fact]
    public void Where_short_names_are_enforced_nothing_is_guessed()
    {
        var conf = Conf("unqualified-search-registries = ['quay.io', 'docker.io']\nshort-name-mode = 'enforcing'\n[aliases]\nfedora = 'quay.io/fedora'");
        Assert.Contains("quay.io/x:latest, docker.io/library/x:latest", Assert.Throws<SampanException>(() => conf.ToPull("x")).Message);
        Assert.Equal(2, conf.Meanings("x").Count);
        Assert.Single(conf.ToPull("fedora"));
    }

    private const string Rules = """
        [[registry]]
        prefix = "docker.io"
        [[registry.mirror]]
        location = "mirror.lan:5000/hub"
        insecure = true
        [[registry.mirror]]
        location = "digests.lan:5000"
        pull-from-mirror = "digest-only"
        [[registry.mirror]]
        location = "tags.lan:5000"
        pull-from-mirror = "tag-only"

        [[registry]]
        location = "docker.io/bad"
        blocked = true

        [[registry]]
        prefix = "*.example.com"
        insecure = true

        [[registry]]
        prefix = "example.com/foo"
        location = "internal.lan/bar"
        mirror-by-digest-only = true
        [[registry.mirror]]
        location = "copy.lan/bar"
        """;

    [Theory]
    [InlineData("busybox", "mirror.lan:5000 hub/library/busybox plain, tags.lan:5000 library/busybox tls, registry-1.docker.io library/busybox tls")]
    [InlineData("busybox@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "mirror.lan:5000 hub/library/busybox plain, digests.lan:5000 library/busybox tls, registry-1.docker.io library/busybox tls")]
    [InlineData("a.b.example.com/x", "a.b.example.com x plain")]
    [InlineData("example.com/x", "example.com x tls")]
    [InlineData("badexample.com/x", "badexample.com x tls")]
    [InlineData("quay.io/a.example.com", "quay.io a.example.com tls")]
    [InlineData("example.com/foo", "internal.lan bar tls")]
    [InlineData("example.com/foo/x", "internal.lan bar/x tls")]
    [InlineData("example.com/foobar", "example.com foobar tls")]
    [InlineData("example.com/foo@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "copy.lan bar tls, internal.lan bar tls")]
    public void The_longest_prefix_says_where_to_ask(string name, string sources)
        => Assert.Equal(sources, Sources(Conf(Rules), name));

    [Fact]
    public void What_is_blocked_is_told_with_its_file()
    {
        var e = Assert.Throws<SampanException>(() => Sources(Conf(Rules), "bad/image"));
        Assert.Equal(ErrorKind.PermissionDenied, e.Kind);
        Assert.Contains($"docker.io/bad is blocked in {_directory}/0.conf", e.Message);
        Assert.Equal("registry-1.docker.io", Conf(Rules).ServerOf("docker.io", "docker.io/library/good:1", false).Authority);
        Assert.Throws<SampanException>(() => Conf(Rules).ServerOf("docker.io", "docker.io/bad/image:1", false));
    }

    [Fact]
    public void A_later_file_replaces_the_rule_of_a_prefix()
        => Assert.Equal("registry-1.docker.io library/busybox plain", Sources(Conf(Rules, "[[registry]]\nlocation = 'docker.io'\ninsecure = true"), "busybox"));

    [Theory]
    [InlineData("[registries.search]\nregistries = ['docker.io']", "version 1")]
    [InlineData("[[registry]]\nlocation = 'http://a.b'", "without http://")]
    [InlineData("[[registry]]\nblocked = true", "prefix: missing")]
    [InlineData("[[registry]]\nprefix = '*'", "*.example.com")]
    [InlineData("[[registry]]\nlocation = 'mirror'", "is no registry")]
    [InlineData("unqualified-search-registries = ['hub']", "is no registry")]
    [InlineData("[[registry]]\nlocation = 'a.b'\n[[registry.mirror]]\ninsecure = true", "location: missing")]
    [InlineData("[[registry]]\nlocation = 'a.b'\n[[registry.mirror]]\nlocation = 'c.d'\npull-from-mirror = 'never'", "pull-from-mirror")]
    [InlineData("[[registry]]\nlocation = 'a.b'\nblocked = 'yes'", "blocked")]
    [InlineData("short-name-mode = 'guess'", "short-name-mode")]
    [InlineData("[aliases]\n'a:1' = 'b.c/d'", "aliases")]
    [InlineData("[aliases]\na = 'd'", "aliases")]
    [InlineData("x = ", "line 1")]
    public void What_makes_no_sense_is_refused(string file, string words)
    {
        var e = Assert.Throws<SampanException>(() => Conf(file));
        Assert.StartsWith($"{_directory}/0.conf: ", e.Message);
        Assert.Contains(words, e.Message);
    }

    private RegistriesConf Conf(params string[] files)
    {
        for (int i = 0; i < files.Length; i++)
            File.WriteAllText($"{_directory}/{i}.conf", files[i]);
        return RegistriesConf.Read([.. files.Select((_, i) => $"{_directory}/{i}.conf")]);
    }

    private static string Sources(RegistriesConf conf, string name)
        => string.Join(", ", conf.PullSources(ImageReference.Parse(name), false).Select(s => $"{s.Server.Authority} {s.Path} {(s.Server.Insecure ? "plain" : "tls")}"));
}
