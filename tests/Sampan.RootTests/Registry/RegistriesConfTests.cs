using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Registry;

/// <summary>registries.conf: mirrors, blocked registries and short names, as pull, push and run see them.</summary>
public sealed class RegistriesConfTests : RegistryTest
{
    [Fact]
    public void A_mirror_stands_in_for_a_registry_that_cannot_be_reached()
    {
        string registry = StartRegistry();
        Fill(registry, "hub/library/box");
        Cli sampan = Configured($"""
            [[registry]]
            prefix = "docker.io"
            location = "127.0.0.1:1"
            [[registry.mirror]]
            location = "127.0.0.1:2"
            [[registry.mirror]]
            location = "{registry}/hub"
            """);
        Assert.Equal("docker.io/library/box:latest", sampan.Run("pull", "-q", "box").Succeeds().Line);
        Assert.Equal("hi", sampan.Run("run", "--rm", "box", "cat", "/opt/x/f").Succeeds().Line);
        sampan.Run("pull", "-q", "other").ExitsWith(1).SaysOneLine("127.0.0.1:1: connection refused", "127.0.0.1:2: connection refused", $"{registry}: manifest hub/library/other:latest: not found");
    }

    [Fact]
    public void What_is_blocked_is_neither_pulled_nor_pushed_nor_logged_in_at()
    {
        Cli sampan = Configured("[[registry]]\nlocation = '127.0.0.1:1'\nblocked = true");
        MakeImage(sampan, "127.0.0.1:1/x");
        string words = $"127.0.0.1:1 is blocked in {Work}/registries.conf";
        sampan.Run("pull", "-q", "127.0.0.1:1/x").FailsWith(1, words);
        sampan.Run("push", "-q", "127.0.0.1:1/x").FailsWith(1, words);
        sampan.Run("login", "-u", "x", "-p", "y", "127.0.0.1:1").ExitsWith(1);
        sampan.Run("run", "--rm", "127.0.0.1:1/x", "true").Succeeds();
    }

    [Fact]
    public void Short_names_are_searched_for_and_found_again()
    {
        string registry = StartRegistry();
        Fill(registry, "some/box");
        Cli sampan = Configured($"""
            unqualified-search-registries = ["127.0.0.1:1", "{registry}"]
            [aliases]
            "tub" = "{registry}/some/box"
            """);
        var pull = sampan.Run("pull", "some/box").Succeeds();
        Assert.Equal("Trying to pull 127.0.0.1:1/some/box:latest...", pull.Lines[1]);
        Assert.Equal($"{registry}/some/box:latest", pull.Lines[^1]);
        var run = sampan.Run("run", "--rm", "--pull=never", "tub", "cat", "/opt/x/f").Succeeds();
        Assert.Equal("hi", run.Line);
        Assert.Equal($"Untagged: {registry}/some/box:latest", sampan.Run("rmi", "some/box").Succeeds().Lines[0]);
        Assert.StartsWith("Unable to find image 'tub:latest' locally\nlatest: Pulling from some/box\n", sampan.Run("run", "--rm", "tub", "true").Succeeds().Stderr);
        sampan.Run("pull", "-q", "none").ExitsWith(1).SaysOneLine("127.0.0.1:1: connection refused", $"{registry}: manifest none:latest: not found");
    }

    [Fact]
    public void Where_a_short_name_is_not_to_be_guessed_a_person_is_asked()
    {
        string registry = StartRegistry();
        Fill(registry, "box");
        Cli sampan = Configured($"""
            unqualified-search-registries = ["127.0.0.1:1", "{registry}"]
            short-name-mode = "enforcing"
            """);
        sampan.Run("pull", "-q", "box").FailsWith(1, "box could be any of 127.0.0.1:1/box:latest", "use the full name");
        Child none = sampan.StartOnTerminal("pull", "-q", "box");
        none.WaitFor("Which one (1 to 2)? ");
        none.Write("3\r");
        none.WaitFor("use the full name");
        none.Finish().ExitsWith(1);
        Assert.Equal("", sampan.Run("images", "-q").Succeeds().Stdout);
        Child pull = sampan.StartOnTerminal("pull", "-q", "box");
        Assert.Contains($"  2) {registry}/box:latest", pull.WaitFor("Which one (1 to 2)? "));
        pull.Write("2\r");
        pull.Finish().Succeeds();
        Assert.Equal("hi", sampan.Run("run", "--rm", "--pull=never", $"{registry}/box", "cat", "/opt/x/f").Succeeds().Line);
    }

    [Fact]
    public void A_file_that_makes_no_sense_is_named()
        => Configured("[[registry]]\nlocation = ").Run("pull", "-q", "x").FailsWith(1, $"{Work}/registries.conf: line 2");

    private void Fill(string registry, string path)
    {
        Cli maker = NewSampan("maker");
        MakeImage(maker, $"{registry}/{path}");
        maker.Run("push", "-q", $"{registry}/{path}").Succeeds();
    }

    private Cli Configured(string conf)
    {
        File.WriteAllText(InWork("registries.conf"), conf);
        Cli sampan = NewSampan();
        sampan.Environment["CONTAINERS_REGISTRIES_CONF"] = InWork("registries.conf");
        return sampan;
    }
}
