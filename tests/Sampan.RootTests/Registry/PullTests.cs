using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Registry;

/// <summary>Pulling from Debian's docker-registry what skopeo pushed there.</summary>
public sealed class PullTests : RegistryTest
{
    [Fact]
    public void What_skopeo_pushed_is_pulled_and_run()
    {
        string registry = StartRegistry();
        Cli maker = NewSampan("maker");
        maker.Run("run", "--name", "box", "busybox", "sh", "-c", "mkdir -p /opt/x; chmod 711 /opt; echo hi > /opt/x/f; rm -r /var/www").Succeeds();
        maker.Run("commit", "box", "two").Succeeds();
        Host("skopeo", "copy", "--dest-tls-verify=false", $"oci:{maker.Store.Root}/images:docker.io/library/two:latest", $"docker://{registry}/two:latest").Succeeds();

        Cli sampan = NewSampan();
        var pulled = sampan.Run("pull", $"{registry}/two").Succeeds();
        Assert.Equal("Using default tag: latest", pulled.Lines[0]);
        Assert.Equal("latest: Pulling from two", pulled.Lines[1]);
        Assert.Equal(2, pulled.Lines.Count(l => l.EndsWith(": Pull complete", StringComparison.Ordinal)));
        Assert.Matches("^Digest: sha256:[0-9a-f]{64}$", pulled.Lines[^3]);
        Assert.Equal($"Status: Downloaded newer image for {registry}/two:latest", pulled.Lines[^2]);
        Assert.Equal("hi\n711\nspool\n", sampan.Run("run", "--rm", $"{registry}/two", "sh", "-c", "cat /opt/x/f; stat -c %a /opt; ls /var").Succeeds().Stdout);

        Assert.Equal($"Status: Image is up to date for {registry}/two:latest", sampan.Run("pull", $"{registry}/two").Succeeds().Lines[^2]);
        sampan.Run("pull", $"{registry}/none").ExitsWith(1).SaysOneLine("none:latest", "not found");
        Assert.Equal($"{registry}/two:latest", sampan.Run("pull", "-q", $"{registry}/two").Succeeds().Line);
    }

    [Fact]
    public void A_registry_that_is_not_there_is_named()
        => NewSampan().Run("pull", "-q", "127.0.0.1:1/app").FailsWith(1, "127.0.0.1:1", "connection refused");

    [Fact]
    public void Run_pulls_an_image_that_is_not_here_and_does_as_told()
    {
        string registry = StartRegistry();
        Cli maker = NewSampan("maker");
        MakeImage(maker, $"{registry}/two", $"{registry}/two:later");
        maker.Run("push", "-q", $"{registry}/two").Succeeds();
        Cli sampan = NewSampan();
        sampan.Run("run", "--rm", "--pull", "never", $"{registry}/two", "true").FailsWith(125, "no such image", $"{registry}/two:latest");
        var run = sampan.Run("run", "--rm", $"{registry}/two", "cat", "/opt/x/f").Succeeds();
        Assert.Equal("hi", run.Line);
        Assert.StartsWith($"Unable to find image '{registry}/two:latest' locally\nlatest: Pulling from two\n", run.Stderr);
        Assert.Equal("", sampan.Run("run", "--rm", $"{registry}/two", "true").Succeeds().Stderr);
        Assert.Contains($"Status: Image is up to date for {registry}/two:latest", sampan.Run("create", "--pull=always", $"{registry}/two").Succeeds().Stderr);
        sampan.Run("run", "--rm", "--pull", "sometimes", "busybox").ExitsWith(125).SaysOneLine("invalid pull option", "sometimes");
        Assert.Contains($"sampan: registry {registry}: manifest none:latest: not found", sampan.Run("run", "--rm", $"{registry}/none").ExitsWith(125).Stderr);
    }
}
