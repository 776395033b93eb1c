using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Registry;

/// <summary>Pushing to Debian's docker-registry, and what others make of it.</summary>
public sealed class PushTests : RegistryTest
{
    [Fact]
    public void What_is_pushed_others_copy_and_run_under_the_same_digest()
    {
        string registry = StartRegistry();
        Cli maker = NewSampan("maker");
        MakeImage(maker, $"{registry}/two");
        var pushed = maker.Run("push", $"{registry}/two").Succeeds();
        Assert.Equal("Using default tag: latest", pushed.Lines[0]);
        Assert.Equal($"The push refers to repository [{registry}/two]", pushed.Lines[1]);
        Assert.Equal(2, pushed.Lines.Count(l => l.EndsWith(": Pushed", StringComparison.Ordinal)));
        string digest = maker.Run("images", "--digests", "--format", "{{.Digest}}", $"{registry}/two").Succeeds().Line;
        Assert.Matches($"^latest: digest: {digest} size: [0-9]+$", pushed.Lines[^1]);

        Assert.Equal(digest, Host("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", $"docker://{registry}/two").Succeeds().Line);
        Host("skopeo", "copy", "--src-tls-verify=false", $"docker://{registry}/two", $"docker-archive:{Work}/two.tar:again:1").Succeeds();
        Cli sampan = NewSampan();
        sampan.Run("load", "-i", $"{Work}/two.tar").Succeeds();
        Assert.Equal("hi", sampan.Run("run", "--rm", "again:1", "cat", "/opt/x/f").Succeeds().Line);
        sampan.Run("pull", "-q", $"{registry}/two@{digest}").Succeeds();
    }

    [Fact]
    public void What_is_there_is_not_sent_again_and_other_repositories_lend_their_layers()
    {
        string registry = StartRegistry();
        Cli sampan = NewSampan();
        MakeImage(sampan, $"{registry}/one:1", $"{registry}/one:2", $"{registry}/team/other:1");
        Assert.Equal($"{registry}/one:1", sampan.Run("push", "-q", $"{registry}/one:1").Succeeds().Line);
        var again = sampan.Run("push", "--all-tags", $"{registry}/one").Succeeds();
        Assert.Equal(4, again.Lines.Count(l => l.EndsWith(": Layer already exists", StringComparison.Ordinal)));
        Assert.Equal(["1", "2"], again.Lines.Where(l => l.Contains(": digest: ")).Select(l => l.Split(':')[0]));
        var mounted = sampan.Run("push", $"{registry}/team/other:1").Succeeds();
        Assert.Equal(2, mounted.Lines.Count(l => l.EndsWith(": Mounted from one", StringComparison.Ordinal)));
        Host("skopeo", "copy", "--src-tls-verify=false", $"docker://{registry}/team/other:1", $"dir:{Work}/other").Succeeds();
    }

    [Fact]
    public void What_cannot_be_pushed_is_named()
    {
        Cli sampan = NewSampan();
        sampan.Run("push", "127.0.0.1:1/none").ExitsWith(1).SaysOneLine("does not exist locally", "127.0.0.1:1/none:latest");
        sampan.Run("push", "-a", "127.0.0.1:1/none:1").FailsWith(1, "tag can't be used with --all-tags");
        MakeImage(sampan, "127.0.0.1:1/app");
        sampan.Run("push", "-q", "127.0.0.1:1/app").FailsWith(1, "127.0.0.1:1", "connection refused");
    }
}
